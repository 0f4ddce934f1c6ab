/**
 * The piles at the end of a sort, to open: one's own, and the authors' beside them. Each card says on
 * which pile the other side has it, and leads back to what was said of it.
 */

import { checked } from "./controls.mjs";
import { all, make } from "./dom.mjs";
import { sortsOf } from "./units.mjs";

/** @typedef {{id: string, label: string}} Pile */

/** Put the piles into a form's end whenever it is shown. @param {HTMLElement} form */
export function offerPiles(form) {
  form.addEventListener("ac-ended", () => putPiles(form));
  putPiles(form);
}

/** @param {HTMLElement} form */
function putPiles(form) {
  const places = all(form, ".ac-end > .ac-piles");
  for (const [i, field] of sortsOf(form).entries()) places[i]?.replaceChildren(...drawPiles(field));
}

/** @param {HTMLElement} field */
function drawPiles(field) {
  const cards = all(field, ".ac-card");
  const piles = all(cards[0], ".ac-places .ac-option").map((option) => ({
    id: option.querySelector("input")?.value ?? "",
    label: option.querySelector("input")?.labels?.[0].textContent?.trim() ?? "",
  }));
  const compared = cards.some((card) => card.dataset.ours);
  const words =
    "Your piles, and ours. Open one to see what lies on it, and press a card to read why.";
  return [
    ...(compared ? [make("p", { textContent: words })] : []),
    ...piles.map((pile) => drawPile(pile, piles, cards, compared)),
  ];
}

/**
 * @param {Pile} pile
 * @param {Pile[]} piles
 * @param {HTMLElement[]} cards
 * @param {boolean} compared
 */
function drawPile({ id, label }, piles, cards, compared) {
  const yours = cards.filter((card) => checked(card) === id);
  const ours = cards.filter((card) => wherePut(card).includes(id));
  const heaps = [heap("You", yours.length), ...(compared ? [heap("We", ours.length)] : [])];
  const summary = make("summary", {}, make("b", { textContent: label }), ...heaps);
  if (!compared)
    return make(
      "details",
      {},
      summary,
      listOf(yours, () => ""),
    );
  const named = (/** @type {string[]} */ ids) =>
    piles.flatMap((one) => (ids.includes(one.id) ? one.label : [])).join(" or ");
  const both = yours.filter((card) => ours.includes(card));
  const onlyYours = yours.filter((card) => !ours.includes(card));
  const onlyOurs = ours.filter((card) => !yours.includes(card));
  return make(
    "details",
    {},
    summary,
    ...group("Yours and ours", both, () => ""),
    ...group("Yours", onlyYours, (card) => `We: ${named(wherePut(card))}`),
    ...group("Ours", onlyOurs, (card) => `You: ${named([checked(card) ?? ""]) || "not placed"}`),
  );
}

/** Where the authors would put a card. @param {HTMLElement} card */
const wherePut = (card) => (card.dataset.ours ?? "").split(" ").filter(Boolean);

/** How many cards lie there, as leaves and as a number. @param {string} whose @param {number} count */
function heap(whose, count) {
  const leaves = make("span", { className: "ac-leaves" });
  leaves.setAttribute("aria-hidden", "true");
  for (let i = 0; i < count; i++) leaves.append(make("i"));
  const number = make("span", { className: "ac-number", textContent: `${whose}: ${count}` });
  return make("span", { className: "ac-heap" }, leaves, number);
}

/**
 * @param {string} title
 * @param {HTMLElement[]} cards
 * @param {(card: HTMLElement) => string} aside
 */
const group = (title, cards, aside) =>
  cards.length ? [make("p", { textContent: title }), listOf(cards, aside)] : [];

/** @param {HTMLElement[]} cards @param {(card: HTMLElement) => string} aside */
const listOf = (cards, aside) =>
  make("ul", {}, ...cards.map((card) => make("li", {}, cardButton(card, aside(card)))));

/** @param {HTMLElement} card @param {string} aside */
function cardButton(card, aside) {
  const text = card.querySelector("legend")?.textContent ?? "";
  const button = make("button", { type: "button", textContent: text });
  if (aside) button.append(" ", make("small", { textContent: aside }));
  button.addEventListener("click", () => card.dispatchEvent(new Event("ac-go", { bubbles: true })));
  return button;
}
