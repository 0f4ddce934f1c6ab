/**
 * Hints under what is written: a question about the learner's own words, asked on their device and
 * nowhere kept. One at a time, after a pause or on leaving; a hint that was left does not come back.
 *
 * @import { FieldReplies } from "./answering.mjs"
 * @import { Hint, Language } from "./hints.mjs"
 */

import { make, setText } from "./dom.mjs";
import { hintFor } from "./hints.mjs";

/** How long nobody types before a hint is given, in milliseconds. */
const HINT_PAUSE = 2000;
/** After leaving: what appears must not push away what is being pressed. */
const HINT_SETTLED = 250;

/**
 * @param {HTMLElement} form
 * @param {HTMLElement} field
 * @param {FieldReplies} said
 * @param {Language} words  that the hints go by
 */
export function offerHints(form, field, said, words) {
  if (said.hints) offerIn(form, field, "textarea, input", new HintPlace(field, said.hints, words));
  for (const [column, { hints }] of Object.entries(said.columns ?? {})) {
    if (!hints) continue;
    const place = new HintPlace(field, hints, words);
    offerIn(form, field, `textarea[data-column="${column}"]`, place);
  }
}

/**
 * @param {HTMLElement} form
 * @param {HTMLElement} field
 * @param {string} written  a selector of what is written in
 * @param {HintPlace} place
 */
function offerIn(form, field, written, place) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @param {Event} event @param {number} pause */
  const wait = (event, pause) => {
    const control = /** @type {HTMLTextAreaElement} */ (event.target);
    if (!control.matches(written)) return;
    clearTimeout(timer);
    timer = setTimeout(() => place.hint(control), pause);
  };
  field.addEventListener("input", (event) => {
    place.clear(/** @type {Element} */ (event.target));
    wait(event, HINT_PAUSE);
  });
  field.addEventListener("focusout", (event) => wait(event, HINT_SETTLED));
  form.addEventListener("ac-shown", () => place.clearIfEmptied());
}

/** Where hints to one text, or to the cells of one column, are given. */
class HintPlace {
  #words = make("p");
  #leave = make("button", { type: "button", textContent: "Leave it", hidden: true });
  #element;
  #hints;
  #language;
  /** @type {Set<number>} */
  #left = new Set();
  /** @type {number | null} */
  #given = null;
  /** What the hint is about. @type {HTMLTextAreaElement | null} */
  #about = null;

  /** @param {HTMLElement} field @param {Hint[]} hints @param {Language} language */
  constructor(field, hints, language) {
    this.#hints = hints;
    this.#language = language;
    const region = make("div", {}, this.#words);
    region.setAttribute("role", "status");
    this.#element = make("div", { className: "ac-hinted" }, region, this.#leave);
    this.#leave.addEventListener("click", () => this.#leaveIt());
    field.append(this.#element);
  }

  /** @param {HTMLTextAreaElement} control */
  hint(control) {
    const given = hintFor(this.#hints, control.value, this.#left, this.#language);
    if (given !== null && this.#element.previousElementSibling !== control.closest("[data-row]")) {
      this.#moveTo(control);
    }
    this.#about = control;
    this.#give(given);
  }

  /** What is being written again is not asked about. @param {Element} control */
  clear(control) {
    if (control === this.#about) this.#give(null);
  }

  /** Nothing is asked about a text that has been taken away. */
  clearIfEmptied() {
    if (this.#about && !this.#about.value.trim()) this.#give(null);
  }

  /** A hint to a cell stands in its row. @param {Element} control */
  #moveTo(control) {
    control.closest("[data-row]")?.append(this.#element);
  }

  /** @param {number | null} index */
  #give(index) {
    this.#given = index;
    setText(this.#words, index === null ? "" : this.#hints[index].say);
    this.#leave.hidden = index === null;
  }

  #leaveIt() {
    if (this.#given !== null) this.#left.add(this.#given);
    this.#give(null);
    this.#about?.focus();
  }
}
