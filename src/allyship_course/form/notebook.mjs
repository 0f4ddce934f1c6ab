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
  "Not saved yet: this notebook has stopped running. What you wrote is kept in this browser until " +
  "it can be saved. In the menu choose Run, then Run All Cells.";
const STOPPED_HERE =
  "Not saved: this notebook has stopped running, and this browser keeps nothing. Leave this page " +
  "open. In the menu choose Run, then Run All Cells: what you wrote here comes along.";
const PATIENCE = 3000;

/** @typedef {{note: Note, changed: Names, at: string}} Left  what no kernel has kept yet */

/**
 * What is left of each exercise, for the form that takes the place of this one when the notebook
 * is run again. In this page's memory, where every widget's copy of this module sees it.
 * @type {Map<string, Left>}
 */
const unsaved = (/** @type {any} */ (globalThis)[Symbol.for("allyship-unsaved")] ??= new Map());

/** Whose server this is: learners of one hub may sit at the same browser, one after the other. */
function server() {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}").baseUrl ?? "";
  } catch {
    return "";
  }
}

/**
 * What is left of one exercise once nobody answers, in the browser's own store: a closed page or a
 * crash then takes nothing along. It is there only until a kernel has kept it.
 * @param {string} name
 */
const leftovers = (name) => ({
  /** @param {Left} left @returns {boolean} whether it can be kept */
  keep: (left) => {
    try {
      localStorage.setItem(name, JSON.stringify({ ...left, changed: [...left.changed] }));
      return true;
    } catch {
      return false;
    }
  },
  /** @returns {Left | undefined} */
  get: () => {
    try {
      const left = JSON.parse(localStorage.getItem(name) ?? "");
      return isRecord(left.note.answers) ? { ...left, changed: new Set(left.changed) } : undefined;
    } catch {
      return undefined;
    }
  },
  remove: () => {
    try {
      localStorage.removeItem(name);
    } catch {
      // Then nothing is kept there either.
    }
  },
});

/**
 * Bring what is left together with what was kept since then, on another machine say: the later
 * answer counts, but nothing that was written is lost.
 * @param {Rule} rule @param {Left} left @param {(Note & {saved: string}) | null} kept
 * @returns {Note}
 */
export function rescue(rule, left, kept) {
  if (!kept || left.at >= kept.saved) return merge(left.note, kept ?? EMPTY, left.changed);
  const answers = { ...kept.answers };
  for (const name of left.changed) {
    const mine = own(left.note.answers, name);
    if (mine !== undefined) answers[name] = both(own(rule.fields, name)?.type, mine, own(answers, name));
  }
  return { ...kept, answers };
}

/** @param {string} type of the field @param {any} mine @param {any} later */
function both(type, mine, later) {
  if (later === undefined) return mine;
  if (typeof mine !== typeof later || Array.isArray(mine) !== Array.isArray(later)) return later;
  if (type === "list") return [...later, ...mine.filter((/** @type {any} */ row) => !has(later, row))];
  if (!["text", "line"].includes(type) || later.includes(mine)) return later;
  return mine.includes(later) ? mine : `${later}${type === "text" ? "\n\n" : " / "}${mine}`;
}

/** @param {unknown[]} rows @param {unknown} row */
const has = (rows, row) => rows.some((one) => JSON.stringify(one) === JSON.stringify(row));

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
  /** What went out in which request. @type {Map<string, Left>} */
  const sent = new Map();
  /** Known once the kernel has said whose journal this is. */
  let left = leftovers("");
  let stopped = false;
  /** @type {(note: Note | null) => void} */
  let take = () => {};
  model.on("msg:custom", (/** @type {any} */ content) => {
    const asked = waiting.get(content.request);
    waiting.delete(content.request);
    if (content.type === "kept") settle(content.request);
    if (content.type === "trouble") return asked?.reject(new Told(content.message));
    if (asked) return asked.resolve(content);
    // For another view of this exercise; or for this one, from a kernel that was long busy.
    allow(form, true);
    take(content.note);
  });
  /** What a kernel has kept is kept nowhere else. @param {string} request */
  const settle = (request) => {
    if (!sent.has(request) || unsaved.get(key) !== sent.get(request)) return;
    unsaved.delete(key);
    left.remove();
    sent.clear();
    stopped = false;
  };
  /** @param {Record<string, unknown>} content @param {string} hint @param {Left} [saving]
   * @returns {Promise<any>} */
  const ask = (content, hint, saving) =>
    new Promise((resolve, reject) => {
      const request = `${Date.now()}-${Math.random()}`;
      waiting.set(request, { resolve, reject });
      if (saving) sent.set(request, saving);
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
    const mine = { note, changed, at: new Date().toISOString() };
    unsaved.set(key, mine);
    if (stopped) left.keep(mine); // nobody answered the last time: do not wait again
    try {
      const kept = await ask({ type: "save", note, changed: [...changed] }, STOPPED, mine);
      // Another notebook has kept answers to this exercise since this form was filled.
      if (kept.more) take(kept.note);
      return kept.notices;
    } catch (error) {
      if (!(error instanceof Asleep)) throw error;
      stopped = true;
      if (unsaved.get(key) !== mine || left.keep(mine)) throw error;
      throw new Asleep(STOPPED_HERE);
    }
  };
  return {
    saved: "Kept in your journal.",
    load: async () => {
      // Nobody writes into an empty form that is not empty in the journal.
      allow(form, false);
      let answer;
      try {
        answer = await ask({ type: "load" }, ASLEEP);
      } catch (error) {
        allow(form, !(error instanceof Asleep));
        throw error;
      }
      allow(form, true);
      left = leftovers(`allyship-unsaved:${server()}:${answer.journal}:${key}`);
      const mine = unsaved.get(key) ?? left.get();
      if (!mine) return answer.note;
      const note = rescue(ruleOf(form), mine, answer.note);
      save(note, mine.changed).catch((error) => setText(form, ".ac-trouble", error.message));
      return note;
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
