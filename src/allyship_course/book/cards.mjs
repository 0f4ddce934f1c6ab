/**
 * The page of cards: those that are due, one at a time, some two minutes of them. Nobody is told how
 * it went, and nobody is reminded.
 *
 * @import { ModuleOutline } from "./course.mjs"
 * @import { Placed } from "./leitner.mjs"
 *
 * @typedef {{path: string, module: string, page: string, front: string, back: string}} Card
 * @typedef {{ratings: Record<string, string>, cards: Card[]}} Cards  what the book says of them
 */

import { dayHere } from "../form/days.mjs";
import { all, make, setText } from "../form/dom.mjs";
import { dayInWords } from "../form/fields.mjs";
import { part } from "../form/parts.mjs";
import { plural } from "../form/words.mjs";
import { putBack, turnedOver } from "./card-box.mjs";
import { fetchJson, fetchOutline } from "./course.mjs";
import { comesOn, dueOn, placeAfter, SITTING } from "./leitner.mjs";
import { SITE } from "./site.mjs";

const NONE =
  "There are no cards yet. Most modules begin with two or three. Once you have turned one over " +
  "there, it comes back here.";
const NOT_KEPT = "This browser does not keep when a card comes again. You can go on all the same.";

/** @param {HTMLElement} place */
export async function showCards(place) {
  /** @type {[ModuleOutline[], Cards]} */
  const [modules, cards] = await Promise.all([fetchOutline(), fetchJson("_static/cards.json")]);
  new Sitting(place, modules, cards).next();
  place.setAttribute("data-ready", "");
}

class Sitting {
  #place;
  #modules;
  #cards;
  #ratings;
  #seen = 0;

  /** @param {HTMLElement} place @param {ModuleOutline[]} modules @param {Cards} cards */
  constructor(place, modules, { cards, ratings }) {
    this.#place = place;
    this.#modules = modules;
    this.#cards = new Map(cards.map((card) => [card.path, card]));
    this.#ratings = ratings;
  }

  /** @returns {Placed[]} */
  get #all() {
    return turnedOver(this.#modules).filter(({ path }) => this.#cards.has(path));
  }

  /** Show the next card, or that there is none. */
  next() {
    const due = dueOn(this.#all, dayHere());
    const over = !due.length || this.#seen === SITTING;
    const left = Math.min(due.length, SITTING - this.#seen);
    this.#tell(over ? this.#ending(due.length) : `${plural(left, "card")} to turn over.`);
    const card = over ? undefined : this.#cards.get(due[0].path);
    part(this.#place, "card").replaceChildren(...(card ? this.#faces(card, due[0]) : []));
    if (over && due.length) this.#offerMore();
    if (this.#seen) this.#focus(over ? part(this.#place, "status") : undefined);
  }

  /** @param {string} text */
  #tell(text) {
    setText(part(this.#place, "status"), text);
  }

  /** @param {number} due */
  #ending(due) {
    if (due) return `That was two minutes. ${plural(due, "card")} can wait, or come now.`;
    const days = this.#all.map(({ place }) => comesOn(place)).sort();
    if (!days.length) return NONE;
    const when = `The next card comes on ${dayInWords(days[0])}. Nothing will remind you.`;
    return this.#seen ? `That was all for today. ${when}` : `No card is due today. ${when}`;
  }

  #offerMore() {
    const more = make("button", { type: "button", textContent: "Go on" });
    more.addEventListener("click", () => {
      this.#seen = 0;
      this.next();
      this.#focus();
    });
    part(this.#place, "card").append(more);
  }

  /** @param {Card} card @param {Placed} placed @returns {HTMLElement[]} */
  #faces(card, placed) {
    const href = new URL(card.page, SITE).href;
    const from = make("p", { className: "from" }, "From ", make("a", { href }, card.module));
    const front = make("h2", { textContent: card.front });
    const turn = make("button", { type: "button", textContent: "Turn the card over" });
    const back = make("div", { className: "back", hidden: true });
    // Made from the authors' words by our own renderer, which lets no HTML of theirs through.
    back.innerHTML = card.back;
    const ratings = make("div", { className: "ac-buttons", hidden: true });
    ratings.setAttribute("role", "group");
    ratings.setAttribute("aria-label", "How it went");
    for (const [rating, words] of Object.entries(this.#ratings)) {
      const button = make("button", { type: "button", textContent: words });
      button.addEventListener("click", () => this.#rate(placed, rating));
      ratings.append(button);
    }
    const hint = make("p", { className: "hint", textContent: "Say it to yourself first." });
    turn.addEventListener("click", () => {
      for (const shown of [back, ratings]) shown.hidden = false;
      for (const gone of [turn, hint]) gone.hidden = true;
      this.#focus(back);
    });
    return [from, front, hint, turn, back, ratings];
  }

  /** @param {Placed} placed @param {string} rating */
  #rate({ path, place }, rating) {
    this.#seen += 1;
    try {
      putBack(path, placeAfter(place.box, rating, dayHere()));
      this.next();
    } catch {
      this.#tell(NOT_KEPT);
    }
  }

  /** @param {HTMLElement} [to]  the card's question, if nothing is named */
  #focus(to = all(this.#place, "h2")[0]) {
    to.tabIndex = -1;
    to.focus();
  }
}
