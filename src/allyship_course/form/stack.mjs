/** A sort as a stack: one card, and the piles under the thumb, which fill. */

import { checked } from "./controls.mjs";
import { all, make, setText } from "./dom.mjs";
import { sortsOf } from "./units.mjs";

/** More than these are not drawn on a pile; the number beside them counts on. */
const LEAVES = 8;
/** How a card is made to fit, step by step: smaller type, a shorter card, the reasoning behind it. */
const TIGHTEST = 3;

/** @param {HTMLElement} form */
export function furnishStack(form) {
  for (const place of all(form, ".ac-places .ac-option")) {
    const pile = make("span", { className: "ac-pile" });
    pile.setAttribute("aria-hidden", "true");
    place.append(pile);
  }
  for (const card of all(form, ".ac-card:has(> .ac-said)")) {
    const turn = make("button", { type: "button", className: "ac-turn" });
    turn.addEventListener("click", () => {
      card.toggleAttribute("data-turned");
      nameTurn(card, turn);
    });
    nameTurn(card, turn);
    card.append(turn);
  }
}

/** @param {HTMLElement} card @param {HTMLElement} turn */
const nameTurn = (card, turn) =>
  setText(turn, card.hasAttribute("data-turned") ? "Back to the card" : "Why we think so");

/** Draw what lies on each pile. @param {HTMLElement} form */
export function tellPiles(form) {
  for (const field of sortsOf(form)) {
    const chosen = all(field, ".ac-card").map(checked);
    for (const option of all(field, ".ac-places .ac-option")) {
      const value = option.querySelector("input")?.value;
      const pile = option.querySelector(".ac-pile");
      const count = chosen.filter((one) => one === value).length;
      const drawn = Math.min(count, LEAVES);
      while (pile && pile.childElementCount > drawn) pile.lastElementChild?.remove();
      while (pile && pile.childElementCount < drawn) pile.append(document.createElement("i"));
      pile?.setAttribute("data-count", count ? String(count) : "");
    }
  }
}

/**
 * Make a card and what is said of it fit the window without scrolling, as far as it goes.
 * @param {HTMLElement} form
 */
export function fitCard(form) {
  const card = /** @type {HTMLElement | null} */ (form.querySelector("[data-on] > .ac-card"));
  if (!card) return;
  const said = card.querySelector(".ac-said");
  card.toggleAttribute("data-answered", checked(card) !== undefined);
  if (checked(card) === undefined) card.removeAttribute("data-turned");
  // Only a pile's own reply can stand without the reasoning; without one there is nothing to part.
  const most = said?.querySelector(".ac-reply") ? TIGHTEST : TIGHTEST - 1;
  let tight = 0;
  for (; tight <= most; tight++) {
    card.dataset.tight = String(tight);
    if (form.scrollHeight <= form.clientHeight) break;
  }
  for (const turn of all(card, ".ac-turn")) nameTurn(card, turn);
}
