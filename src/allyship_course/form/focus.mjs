/**
 * A form shown one thing at a time: the view that *Begin* opens. It is the same form; what is on is
 * marked with data-on, and focus.css hides the rest.
 *
 * @import { Unit } from "./units.mjs"
 *
 * @typedef {object} View
 * @property {() => void} open  where somebody left off
 * @property {() => void} close
 *
 * @typedef {object} Host  what the place of a form does for its view
 * @property {() => void} open
 */

import { stopReading, toggleReading } from "./aloud.mjs";
import { all, make, setText } from "./dom.mjs";
import { fillEnd, makeEnd } from "./ending.mjs";
import { fitCard, furnishStack, tellPiles } from "./stack.mjs";
import { furnishStory, settle, tellWay } from "./story.mjs";
import { fillSegments, isBegun, isOpen, openBranch, resumeAt, unitsOf } from "./units.mjs";
import { showWithVoice } from "./voice.mjs";

/** @type {WeakMap<HTMLElement, FormView>} */
const views = new WeakMap();

/**
 * The view of a form, made when it is first asked for.
 * @param {HTMLElement} form
 * @param {boolean} fills  whether it fills the window and goes into the browser's history
 */
export function viewOf(form, fills) {
  const view = views.get(form) ?? new FormView(form, fills);
  views.set(form, view);
  return view;
}

class FormView {
  #form;
  #fills;
  #parts;
  /** The first part of the unit that is shown. @type {HTMLElement | undefined} */
  #shown;

  /** @param {HTMLElement} form @param {boolean} fills */
  constructor(form, fills) {
    this.#form = form;
    this.#fills = fills;
    this.#parts = makeParts(form);
    furnishStack(form);
    furnishStory(form);
    const { close, back, next } = this.#parts;
    close.addEventListener("click", () => this.#leave());
    back.addEventListener("click", () => this.#go(this.#at() - 1));
    next.addEventListener("click", () => this.#next());
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#isOpen()) this.#leave();
    });
    form.addEventListener("ac-go", (event) => {
      const target = /** @type {Node} */ (event.target);
      this.#go(this.#units().findIndex(({ parts }) => parts.some((one) => one.contains(target))));
    });
    form.addEventListener("ac-leave", () => this.#leave());
    form.addEventListener("ac-shown", () => this.#isOpen() && this.#tell());
    form.addEventListener("input", (event) => {
      if (this.#isOpen()) this.#answered(/** @type {HTMLElement} */ (event.target));
    });
    form.querySelector(".ac-ways [data-leave]")?.addEventListener("click", () => {
      if (this.#isOpen()) this.#leave();
    });
    addEventListener("popstate", () => this.#follow());
    addEventListener("resize", () => this.#isOpen() && fitCard(form));
    this.#watchKept();
  }

  /** Open it where somebody left off; the browser's Back closes it. */
  open() {
    if (this.#isOpen()) return;
    if (this.#fills && history.state?.view !== this.#form.id)
      history.pushState({ view: this.#form.id }, "");
    this.#form.setAttribute("data-view", this.#fills ? "window" : "cell");
    if (this.#fills) makeRestInert(this.#form, true);
    this.#go(resumeAt(this.#form, this.#units()));
  }

  /** Go to the history's place; it opens and closes views. */
  #follow() {
    if (!this.#fills) return;
    if (history.state?.view === this.#form.id) this.open();
    else this.#close();
  }

  #leave() {
    if (this.#fills && history.state?.view === this.#form.id) history.back();
    else this.#close();
  }

  #close() {
    if (!this.#isOpen()) return;
    stopReading();
    this.#form.removeAttribute("data-view");
    for (const part of all(this.#form, "[data-on]")) part.removeAttribute("data-on");
    if (this.#fills) makeRestInert(this.#form, false);
    this.#form.scrollIntoView({ block: "start" });
    /** @type {HTMLElement | null} */
    const begin = this.#form.querySelector("[data-begin]");
    begin?.focus({ preventScroll: true });
  }

  #isOpen() {
    return this.#form.hasAttribute("data-view");
  }

  #units() {
    return unitsOf(this.#form);
  }

  #at(units = this.#units()) {
    return Math.max(
      0,
      units.findIndex(({ parts }) => this.#shown !== undefined && parts.includes(this.#shown)),
    );
  }

  #next() {
    const units = this.#units();
    const at = this.#at(units);
    const { step } = units[at];
    if (units[at + 1]) return this.#go(at + 1);
    if (units[at].kind === "end") return this.#leave();
    step?.querySelector("input")?.focus();
    return undefined;
  }

  /** Show a unit, and put the focus on its heading. @param {number} to */
  #go(to) {
    const form = this.#form;
    const units = this.#units();
    const at = Math.max(0, Math.min(to, units.length - 1));
    form.toggleAttribute("data-back", at < this.#at(units));
    const unit = units[at];
    stopReading();
    if (unit.kind === "end") fillEnd(form);
    if (unit.kind === "step") settle(unit);
    unfoldLone(unit);
    for (const part of all(form, "[data-on]")) part.removeAttribute("data-on");
    for (const part of unit.parts) part.setAttribute("data-on", "");
    form.setAttribute("data-kind", unit.kind);
    this.#shown = unit.parts[0];
    form.scrollTop = 0;
    this.#tell();
    focusHeading(unit);
  }

  /** @param {HTMLElement} control */
  #answered(control) {
    this.#tell();
    const said = control.closest(".ac-card")?.querySelector(".ac-said");
    if (said) fitCard(this.#form);
  }

  /** Say how far it is and what is next. */
  #tell() {
    const form = this.#form;
    const units = this.#units();
    const at = this.#at(units);
    const unit = units[at];
    const { segments, where, back, next, why } = this.#parts;
    fillSegments(form, segments, units, unit);
    const count = segments.childElementCount;
    setText(where, at === 0 || unit.kind === "end" ? "" : `${at} of ${count}`);
    back.toggleAttribute("hidden", at === 0);
    const open = isOpen(form, unit);
    const blocked = !units[at + 1] && unit.kind !== "end";
    next.setAttribute("aria-disabled", String(blocked));
    next.toggleAttribute("data-ready", !open);
    setText(next, nextWord(unit, open, blocked));
    setText(why, unit.step ? whyNot(unit, open, blocked, isBegun(form, unit)) : "");
    tellPiles(form);
    tellWay(form, unit);
    fitCard(form);
  }

  /** Show beside the title what the form says of its own keeping, never more. */
  #watchKept() {
    const form = this.#form;
    const saved = form.querySelector(".ac-saved");
    const trouble = form.querySelector(".ac-trouble");
    const tell = () => {
      const kept = saved?.textContent?.startsWith("Kept") ? "Kept ✓" : "";
      setText(this.#parts.kept, trouble?.textContent?.trim() && !kept ? "Not kept" : kept);
    };
    const watch = new MutationObserver(tell);
    const changes = { characterData: true, childList: true, subtree: true };
    for (const place of [saved, trouble]) if (place) watch.observe(place, changes);
    tell();
  }
}

/** Open what is folded where it is all that a unit asks. @param {Unit} unit */
function unfoldLone({ parts }) {
  const isFold = (/** @type {Element} */ part) => part.matches(".ac-folded");
  const fields = parts.flatMap((part) => [part, ...all(part, "[data-field], .ac-folded")]);
  const asks = fields.filter((one) => one.matches("[data-field]"));
  if (asks.some((field) => !field.closest(".ac-folded"))) return;
  for (const fold of fields.filter(isFold)) fold.setAttribute("open", "");
}

/** @param {HTMLElement} form */
function makeParts(form) {
  const title = form.querySelector(".ac-title")?.textContent ?? "";
  const close = make("button", { type: "button", className: "ac-close", textContent: "×" });
  close.setAttribute("aria-label", "Close");
  const kept = make("span", { className: "ac-kept" });
  const segments = make("div", { className: "ac-segments" });
  segments.setAttribute("aria-hidden", "true");
  const name = make("span", { className: "ac-name", textContent: title });
  const bar = make("div", { className: "ac-bar" }, close, name, kept, makeAloud(form), segments);
  const back = make("button", { type: "button", textContent: "Back" });
  const where = make("span", { className: "ac-where" });
  const next = make("button", { type: "button", className: "ac-next" });
  const why = make("p", { className: "ac-why" });
  why.setAttribute("role", "status");
  const nav = make("div", { className: "ac-nav" }, why, back, where, next);
  form.prepend(bar);
  form.append(nav);
  const end = makeEnd();
  const after = form.querySelector(
    ":scope > :is(.ac-picture, .ac-profile, .ac-compose, .ac-calendar, .ac-closing, .ac-foot)",
  );
  after?.before(end);
  return { close, kept, segments, back, where, next, why };
}

const SPEAKER =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9v6h4l5 4V5L8 9zM16 8q3 4 0 8M18.5 5.5q5 6.5 0 13"/></svg>';
const SPOKEN = "h3, h4, legend, p, li, .ac-option, .ac-text > label";
const NOT_SPOKEN =
  "[hidden], .ac-hint, .ac-bar, .ac-nav, details:not([open]) > :not(summary), li p";

/** A button that reads aloud what is shown. @param {HTMLElement} form */
function makeAloud(form) {
  const button = make("button", { type: "button", className: "ac-aloud", innerHTML: SPEAKER });
  button.setAttribute("aria-label", "Read aloud");
  button.setAttribute("aria-pressed", "false");
  showWithVoice(button);
  button.addEventListener("click", () =>
    toggleReading(
      button,
      all(form, SPOKEN).filter((piece) => piece.checkVisibility() && !piece.closest(NOT_SPOKEN)),
    ),
  );
  return button;
}

/**
 * What the button for going on says.
 * @param {Unit} unit
 * @param {boolean} open
 * @param {boolean} blocked
 */
function nextWord(unit, open, blocked) {
  if (unit.kind === "intro") return "Begin";
  if (unit.kind === "end") return "Close";
  if (blocked) return "Choose first";
  return open ? "Skip" : "Next";
}

/**
 * Why a step does not go on, or what it means to go on.
 * @param {Unit} unit
 * @param {boolean} open
 * @param {boolean} blocked
 * @param {boolean} begun
 */
function whyNot(unit, open, blocked, begun) {
  if (blocked) return "What comes next hangs on what you choose here.";
  const writes = unit.step && !openBranch(unit.step) && unit.step.querySelector("textarea");
  if (!open || unit.kind === "card" || !writes) return "";
  return begun
    ? "A little more makes it complete. You can go on as it is."
    : "You can write, or go on without: the exercise then stays open.";
}

/** @param {Unit} unit */
function focusHeading(unit) {
  const heading = unit.parts
    .map((part) =>
      part.matches("h3, h4") ? part : part.querySelector("h3, h4, legend, .ac-text > label, label"),
    )
    .find((one) => one);
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/**
 * Take everything around a form out of reach, or give it back.
 * @param {HTMLElement} form
 * @param {boolean} inert
 */
function makeRestInert(form, inert) {
  for (let inner = form; inner !== document.body && inner.parentElement; ) {
    for (const other of inner.parentElement.children)
      if (other !== inner && other instanceof HTMLElement) other.inert = inert;
    inner = inner.parentElement;
  }
}
