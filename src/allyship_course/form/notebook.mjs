// @ts-check
/**
 * The second half of exercise.mjs in Jupyter, where the two are one module (anywidget takes one):
 * answers go to the learner's kernel, and Jupyter's keys stay out of the form. Pages of the book
 * are spared it.
 */

const ASLEEP =
  "This notebook is not running. In the menu choose Run, then Run All Cells: " +
  "the form opens, and your earlier answers come back.";
const STOPPED =
  "Not saved: this notebook has stopped running. In the menu choose Run, then Run All Cells. " +
  "What you wrote here comes along.";
const PATIENCE = 3000;

/**
 * What no kernel has kept yet, for the form that takes the place of this one when the notebook
 * is run again. In this page's memory only, and where every widget's copy of this module sees it.
 * @type {Map<string, {note: Note, changed: Names}>}
 */
const unsaved = (/** @type {any} */ (globalThis)[Symbol.for("allyship-unsaved")] ??= new Map());

/**
 * Send answers to the kernel, which keeps them in the learner's journal. They travel as
 * messages, never as traits: traits are saved in the notebook and handed in with it.
 * @param {any} model anywidget's model
 * @param {HTMLElement} form
 * @returns {Store}
 */
export function kernelStore(model, form) {
  const key = `${form.dataset.module}/${form.dataset.exercise}`;
  /** @type {Map<string, {resolve: (content: any) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  /** @type {(note: Note | null) => void} */
  let take = () => {};
  model.on("msg:custom", (/** @type {any} */ content) => {
    const asked = waiting.get(content.request);
    waiting.delete(content.request);
    if (content.type === "trouble") return asked?.reject(new Told(content.message));
    if (asked) return asked.resolve(content);
    // For another view of this exercise; or for this one, from a kernel that was long busy.
    allow(form, true);
    take(content.note);
  });
  /** @param {Record<string, unknown>} content @param {string} hint @returns {Promise<any>} */
  const ask = (content, hint) =>
    new Promise((resolve, reject) => {
      const request = `${Date.now()}-${Math.random()}`;
      waiting.set(request, { resolve, reject });
      const giveUp = () => waiting.delete(request) && reject(new Asleep(hint));
      setTimeout(giveUp, PATIENCE);
      try {
        model.send({ ...content, request });
      } catch {
        giveUp(); // there is no kernel
      }
    });
  /** @param {Note} note @param {Names} changed @returns {Promise<string[]>} */
  const save = async (note, changed) => {
    const left = { note, changed };
    unsaved.set(key, left);
    const kept = await ask({ type: "save", note, changed: [...changed] }, STOPPED);
    if (unsaved.get(key) === left) unsaved.delete(key);
    // Another notebook has kept answers to this exercise since this form was filled.
    if (kept.more) take(kept.note);
    return kept.notices;
  };
  return {
    saved: "Kept in your journal.",
    load: async () => {
      // Nobody writes into an empty form that is not empty in the journal.
      allow(form, false);
      /** @type {Note | null} */
      let note;
      try {
        note = (await ask({ type: "load" }, ASLEEP)).note;
      } catch (error) {
        allow(form, !(error instanceof Asleep));
        throw error;
      }
      allow(form, true);
      const left = unsaved.get(key);
      if (!left) return note;
      save(left.note, left.changed).catch((error) => setText(form, ".ac-trouble", error.message));
      return merge(left.note, note ?? EMPTY, left.changed);
    },
    other: async (path) => (await ask({ type: "other", exercise: path }, ASLEEP)).note,
    save,
    onOther: (apply) => {
      take = apply;
    },
  };
}

/** @param {HTMLElement} form @param {boolean} yes */
function allow(form, yes) {
  for (const control of form.querySelectorAll("input, textarea, select, button")) {
    control.toggleAttribute("disabled", !yes);
  }
}

/** Make a form's ids its own: other views, notebooks and exercises stand in the same page.
 * @param {HTMLElement} root */
function ownIds(root) {
  // Random, not counted: every widget has its own copy of this module.
  const mark = Math.random().toString(36).slice(2);
  for (const attribute of ["id", "for", "aria-labelledby", "aria-describedby"]) {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      const ids = (element.getAttribute(attribute) ?? "").trim().split(/\s+/u);
      element.setAttribute(attribute, ids.map((id) => `${id}-${mark}`).join(" "));
    }
  }
}

/**
 * Keep Jupyter's shortcuts away from the form: with a radio button focused, an arrow key would
 * leave for the next cell and "d d" would delete this one; Enter would not begin a new line.
 * Ctrl or Cmd with a letter (save, find, the command palette) goes through, but for what acts
 * on cells.
 * @param {HTMLElement} form @param {AbortSignal} signal
 */
function keepKeys(form, signal) {
  /** @param {KeyboardEvent} event */
  const ours = (event) => !(event.ctrlKey || event.metaKey) || !/^[^am]$/iu.test(event.key);
  form.addEventListener("keydown", (event) => ours(event) && event.stopPropagation());
  // Notebook 7 takes keys at the document on their way down, so they are marked still earlier.
  /** @param {KeyboardEvent} event */
  const mark = (event) => {
    const control = /** @type {Element} */ (event.target);
    if (form.contains(control)) {
      control.toggleAttribute("data-lm-suppress-shortcuts", ours(event));
    }
  };
  addEventListener("keydown", mark, { capture: true, signal });
}

/** Leave a text's context menu (spelling, paste) to the browser. @param {MouseEvent} event */
function keepMenu(event) {
  if (event.target instanceof HTMLTextAreaElement) event.stopPropagation();
}

/** @param {{model: any, el: HTMLElement}} view */
function render({ model, el }) {
  el.innerHTML = model.get("form_html");
  ownIds(el);
  const form = /** @type {HTMLElement} */ (el.querySelector("form"));
  const gone = new AbortController();
  keepKeys(form, gone.signal);
  form.addEventListener("contextmenu", keepMenu);
  enhance(form, kernelStore(model, form), gone.signal);
  return () => gone.abort();
}

export default { render };
