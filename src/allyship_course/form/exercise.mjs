/**
 * One exercise, wherever its form stands: on a published page, where answers stay in this
 * browser, or in Jupyter, where they go to the learner's kernel. The form is complete HTML before
 * this runs; enhance() makes it keep answers, show what a choice leads to, and say how far it is.
 *
 * @import { Frame } from "./cover.mjs"
 * @import { Screen } from "./keeping.mjs"
 * @import { Note } from "./rule.mjs"
 * @import { Store } from "./store.mjs"
 */

import { moveAmongChips, pressChip } from "./chips.mjs";
import { addRow, focusRow, removeRow, textarea, typeInto } from "./controls.mjs";
import { offerCover } from "./cover.mjs";
import { all, make, setText } from "./dom.mjs";
import { copyComposed, showEarlier } from "./extras.mjs";
import { keyOf, read, ruleOf, show, typeOf, write } from "./form.mjs";
import { Keeping } from "./keeping.mjs";
import { EMPTY } from "./rule.mjs";
import { letTakeBack } from "./taking-back.mjs";

/** @typedef {(names: Iterable<string>) => void} Change */

/**
 * Make a form keep its answers in ``store``.
 * @param {HTMLElement} form
 * @param {Store} store
 * @param {Frame} frame
 * @param {AbortSignal} [signal] ends it all when a notebook takes the form away
 * @returns {Promise<void>} resolves when earlier answers stand in the form
 */
export async function enhance(form, store, frame, signal) {
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
  listen(form, change, frame);
  letTakeBack(form);
  moveAmongChips(form);
  form.addEventListener("focusout", () => keeping.flush());
  addEventListener("pagehide", () => keeping.leave(), { signal });
  signal?.addEventListener("abort", () => keeping.leave());
  for (const starter of all(form, ".ac-starters li")) offerStarter(starter);
  addEventListener("beforeprint", () => all(form, ".ac-paper").forEach(copyToPaper), { signal });

  show(form, true);
  offerCover(form, frame, signal);
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
const nameOf = (control) => {
  const field = fieldAround(control);
  return field ? keyOf(field) : `/${control.getAttribute("name")}`;
};

/** @param {Element} control @returns {HTMLElement | null} */
const fieldAround = (control) => control.closest("[data-field]");

/** @param {HTMLElement} form @param {Change} change @param {Frame} frame */
function listen(form, change, frame) {
  /** What each place held when it was last heard of. @type {WeakMap<Element, string>} */
  const heard = new WeakMap();
  /** @param {Event} event */
  const take = (event) => {
    const control = /** @type {HTMLInputElement} */ (event.target);
    const field = fieldAround(control);
    const value = field ? typeOf(form, field).read(field) : control.checked;
    // A tool that fills in forms may say only "change"; by hand, that comes after "input".
    if (event.type === "change" && heard.get(field ?? control) === JSON.stringify(value)) return;
    if (field) typeOf(form, field).settle?.(field, control);
    heard.set(field ?? control, JSON.stringify(field ? typeOf(form, field).read(field) : value));
    change([nameOf(control)]);
  };
  form.addEventListener("input", take);
  form.addEventListener("change", take);
  form.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    const field = button && fieldAround(button);
    if (button?.matches("[data-copy]")) copyComposed(form);
    if (button?.matches("[data-ics]")) frame.saveDates(form);
    if (button?.matches("[data-chip]")) pressChip(button);
    if (field && button.matches("[data-add]")) focusRow(addRow(field));
    if (field && button.matches("[data-remove]")) {
      removeRow(button);
      change([nameOf(field)]);
    }
  });
  form.addEventListener("ac-changed", (event) => change(/** @type {CustomEvent} */ (event).detail));
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
    form.removeAttribute("data-cleared");
    setText(button, "Clear my answers");
  };
  button?.addEventListener("click", () => {
    const back = cleared;
    const before = read(form);
    write(form, back ?? EMPTY);
    change([...all(form, "[data-field]").map(keyOf), "/pass", "/share"]);
    if (back) return forget();
    cleared = before;
    form.setAttribute("data-cleared", "");
    setText(button, "Bring my answers back");
    const words = "Cleared. Until you leave this page, the same button brings your answers back.";
    setText(form.querySelector(".ac-progress"), words);
  });
  return { forget };
}

/**
 * Turn a sentence starter into a button that puts it into the text.
 * @param {Element} item
 */
function offerStarter(item) {
  const field = fieldAround(item);
  if (!field) return;
  const button = make("button", { type: "button", textContent: item.textContent });
  button.addEventListener("click", () => {
    const area = textarea(field);
    const gap = area.value && !/\s$/u.test(area.value) ? "\n" : "";
    typeInto(area, `${gap}${(button.textContent ?? "").replace(/\s*…\s*$/u, " ")}`);
  });
  item.replaceChildren(button);
}

/**
 * Copy what was written to where paper shows it: unlike a textarea, that goes over as many pages
 * as it needs.
 * @param {Element} paper
 */
function copyToPaper(paper) {
  const control = paper.parentElement?.querySelector("textarea, input");
  paper.textContent = /** @type {HTMLInputElement | null} */ (control)?.value ?? "";
}
