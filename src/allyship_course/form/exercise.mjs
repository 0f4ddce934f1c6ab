/**
 * One exercise, wherever its form stands: on a published page, where answers stay in this
 * browser, or in Jupyter, where they go to the learner's kernel. The form is complete HTML before
 * this runs; enhance() makes it keep answers, show what a choice leads to, and say how far it is.
 *
 * @import { Screen } from "./keeping.mjs"
 * @import { Note } from "./rule.mjs"
 * @import { Store } from "./store.mjs"
 */

import { addRow, focusRow, removeRow, textarea } from "./controls.mjs";
import { all, make, setText } from "./dom.mjs";
import { copyComposed, saveCalendar, showEarlier } from "./extras.mjs";
import { read, ruleOf, show, typeOf, write } from "./form.mjs";
import { Keeping } from "./keeping.mjs";
import { EMPTY } from "./rule.mjs";

/** @typedef {(names: Iterable<string>) => void} Change */

/**
 * Make a form keep its answers in ``store``.
 * @param {HTMLElement} form
 * @param {Store} store
 * @param {AbortSignal} [signal] ends it all when a notebook takes the form away
 * @returns {Promise<void>} resolves when earlier answers stand in the form
 */
export async function enhance(form, store, signal) {
  const keeping = new Keeping(screenOf(form), store);
  /** @type {Change} */
  const keep = (names) => {
    know(form);
    show(form);
    keeping.change(names);
  };
  const clearing = offerClearing(form, keep);
  /** @type {Change} */
  const change = (names) => {
    clearing.forget();
    keep(names);
  };
  listen(form, change);
  form.addEventListener("focusout", () => keeping.flush());
  addEventListener("pagehide", () => keeping.leave(), { signal });
  signal?.addEventListener("abort", () => keeping.leave());
  for (const starter of all(form, ".ac-starters li")) offerStarter(starter, change);
  addEventListener("beforeprint", () => all(form, ".ac-paper").forEach(copyToPaper), { signal });

  show(form, true);
  await keeping.load();
  store.onChange(() => keeping.renew(), signal);
  const earlier = followEarlier(form, store, signal);
  // Who does not say what was written here says nothing of what was written elsewhere either.
  if (keeping.known) await earlier;
  form.setAttribute("data-ready", "");
}

/**
 * A form as what keeps it sees it.
 * @param {HTMLElement} form
 * @returns {Screen}
 */
const screenOf = (form) => ({
  rule: ruleOf(form),
  read: () => read(form),
  write: (note) => {
    const first = !form.hasAttribute("data-known");
    know(form);
    if (write(form, note) || first) show(form, true);
  },
  say: (saved, trouble) => {
    setText(form.querySelector(".ac-saved"), saved);
    setText(form.querySelector(".ac-trouble"), trouble);
  },
  stored: () => form.dispatchEvent(new Event("ac-kept", { bubbles: true })),
});

/** From now on the form's state is known. @param {HTMLElement} form */
const know = (form) => form.toggleAttribute("data-known", true);

/**
 * Show what was written elsewhere, and anew whenever that may have changed: in another form, in
 * another tab, on a page that somebody comes back from.
 * @param {HTMLElement} form
 * @param {Store} store
 * @param {AbortSignal} [signal]
 */
function followEarlier(form, store, signal) {
  if (!form.querySelector("[data-earlier], [data-compare]")) return undefined;
  const renew = () =>
    showEarlier(form, store).catch(() => {
      // What stops this has stopped the loading of this form too, and is told there.
    });
  document.addEventListener("ac-kept", renew, { signal });
  document.addEventListener("visibilitychange", renew, { signal });
  addEventListener("storage", renew, { signal });
  return renew();
}

/**
 * The field that a control belongs to, or which of the two boxes it is.
 * @param {Element} control
 */
const nameOf = (control) =>
  fieldAround(control)?.dataset.field ?? `/${control.getAttribute("name")}`;

/** @param {Element} control @returns {HTMLElement | null} */
const fieldAround = (control) => control.closest("[data-field]");

/** @param {HTMLElement} form @param {Change} change */
function listen(form, change) {
  /** @param {globalThis.Event} event */
  const changed = ({ target }) => {
    const control = /** @type {Element} */ (target);
    const field = fieldAround(control);
    if (field) typeOf(form, field).settle?.(field, control);
    change([nameOf(control)]);
  };
  form.addEventListener("input", changed);
  // Some tools that write for a person tell of it in this way alone.
  form.addEventListener("change", (event) => {
    if (!event.isTrusted) changed(event);
  });
  form.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const field = button && fieldAround(button);
    if (button?.matches("[data-copy]")) copyComposed(form);
    if (button?.matches("[data-ics]")) saveCalendar(form);
    if (field && button.matches("[data-add]")) focusRow(addRow(field));
    if (field && button.matches("[data-remove]")) {
      removeRow(button);
      change([nameOf(field)]);
    }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

/**
 * The button that clears a form; until something else is changed, it brings the answers back.
 * @param {HTMLElement} form
 * @param {Change} change
 */
function offerClearing(form, change) {
  const button = form.querySelector("[data-clear]");
  /** @type {Note | null} */
  let cleared = null;
  const forget = () => {
    cleared = null;
    setText(button, "Clear my answers");
  };
  button?.addEventListener("click", () => {
    const back = cleared;
    const before = read(form);
    write(form, back ?? EMPTY);
    change([...Object.keys(ruleOf(form).fields), "/pass", "/share"]);
    if (back) return forget();
    cleared = before;
    setText(button, "Bring my answers back");
    const words = "Cleared. Until you leave this page, the same button brings your answers back.";
    setText(form.querySelector(".ac-progress"), words);
  });
  return { forget };
}

/**
 * Turn a sentence starter into a button that puts it into the text.
 * @param {Element} item
 * @param {Change} change
 */
function offerStarter(item, change) {
  const field = fieldAround(item);
  if (!field) return;
  const button = make("button", { type: "button", textContent: item.textContent });
  button.addEventListener("click", () => {
    const area = textarea(field);
    const gap = area.value && !/\s$/u.test(area.value) ? "\n" : "";
    area.value += `${gap}${(button.textContent ?? "").replace(/\s*…\s*$/u, " ")}`;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    change([nameOf(field)]);
  });
  item.replaceChildren(button);
}

/**
 * Copy what was written to where paper shows it: unlike a textarea, that goes over as many pages
 * as it needs.
 * @param {Element} paper
 */
function copyToPaper(paper) {
  paper.textContent = textarea(/** @type {Element} */ (paper.parentElement)).value;
}
