/**
 * Puts the picture of somebody's own answers into their form, and their way through a case on its
 * map. Loaded where an exercise has one of them.
 *
 * @import { Replies } from "./answering.mjs"
 * @import { CaseMap, Drawn } from "./drawing.mjs"
 * @import { Answers } from "./rule.mjs"
 * @import { Store } from "./store.mjs"
 *
 * @typedef {{kind: "rings", title: string, field: string, places: Record<string, string>,
 *   cards: Record<string, string>}} RingsOf
 * @typedef {{kind: "seats", title: string, field: string, name: string, seat: string,
 *   seats: string[]}} SeatsOf
 * @typedef {{kind: "access", title: string, field: string, columns: string[]}} AccessOf
 * @typedef {{kind: "slope", title: string, compare: string, steps: string[], apart: string,
 *   scales: Record<string, string>}} SlopeOf
 * @typedef {RingsOf | SeatsOf | AccessOf | SlopeOf} Picture  what is to be drawn; see pictures.py
 */

import { all, make, setText } from "./dom.mjs";
import { draw, figure, way } from "./drawing.mjs";
import { read } from "./form.mjs";
import { isRecord, own, textOf } from "./values.mjs";

/**
 * Keep the pictures of a form as its answers are.
 * @param {HTMLElement} form
 * @param {Store} store  where an earlier round is found
 * @param {Replies} replies
 */
export async function offerPictures(form, store, { picture, map }) {
  if (map) {
    form.addEventListener("ac-way", () => putMap(form, map));
    putMap(form, map);
  }
  const place = form.querySelector(".ac-picture");
  if (!picture || !place) return;
  const compare = picture.kind === "slope" ? picture.compare : "";
  /** @type {Answers} */
  let before = {};
  const show = () => {
    const drawn = drawnOf(picture, read(form).answers, before);
    place.replaceChildren(...(drawn ? [figure(`${form.id}-drawing`, picture.title, drawn)] : []));
    // The slope says what the table of numbers says.
    if (compare) form.querySelector(".ac-profile")?.toggleAttribute("hidden", Boolean(drawn));
  };
  form.addEventListener("ac-shown", show);
  show();
  if (!compare) return;
  before = (await store.other(compare))?.answers ?? {};
  show();
}

/**
 * The picture of answers, or null while there is nothing to see on it.
 * @param {Picture} picture
 * @param {Answers} answers
 * @param {Answers} before  of an earlier round
 * @returns {Drawn | null}
 */
export function drawnOf(picture, answers, before) {
  switch (picture.kind) {
    case "rings":
      return sortDrawn(picture, own(answers, picture.field));
    case "seats":
      return seatsDrawn(picture, recordsIn(own(answers, picture.field)));
    case "access":
      return accessDrawn(picture, recordsIn(own(answers, picture.field)));
    default:
      return slopeDrawn(picture, answers, before);
  }
}

/** @param {RingsOf} picture @param {unknown} value */
function sortDrawn({ places, cards }, value) {
  const ids = Object.keys(places);
  const placed = Object.entries(cards).map(([id, text]) => ({
    text,
    place: ids.indexOf(textOf(own(value, id))),
  }));
  if (!placed.some(({ place }) => place >= 0)) return null;
  return draw("rings", { places: Object.values(places), cards: placed });
}

/** The rows of a list, which may be anything at all. @param {unknown} value */
const recordsIn = (value) => (Array.isArray(value) ? value.filter(isRecord) : []);

/** @param {unknown} value */
const wordsIn = (value) => textOf(value).trim();

/** @param {SeatsOf} picture @param {Record<string, unknown>[]} rows */
function seatsDrawn({ name, seat, seats }, rows) {
  const known = seats.map((one) => one.toLowerCase());
  const people = rows
    .map((row) => ({
      name: wordsIn(own(row, name)),
      seat: known.indexOf(wordsIn(own(row, seat)).toLowerCase()),
    }))
    .filter((one) => one.name || one.seat >= 0);
  return people.length ? draw("seats", { seats, people }) : null;
}

/** @param {AccessOf} picture @param {Record<string, unknown>[]} rows */
function accessDrawn({ columns }, rows) {
  const lent = rows.map((row) => {
    const [have = "", who = "", cost = ""] = columns.map((id) => wordsIn(own(row, id)));
    return { have, who, cost };
  });
  return lent.some(({ have, who }) => have || who) ? draw("access", { rows: lent }) : null;
}

/** @param {SlopeOf} picture @param {Answers} answers @param {Answers} before */
function slopeDrawn({ steps, apart, scales }, answers, before) {
  const drawn = steps.filter((step) => step !== apart);
  /** @param {unknown} value */
  const place = (value) => {
    const step = steps[Number(value) - 1];
    return step !== undefined && step === apart ? -1 : drawn.indexOf(step) + 1;
  };
  const rows = Object.entries(scales).map(([id, label]) => ({
    label,
    before: place(own(before, id)),
    now: place(own(answers, id)),
  }));
  return rows.some(({ now }) => now) ? draw("slope", { steps: drawn, apart, rows }) : null;
}

/**
 * Draw the map above the list of the places that somebody came by.
 * @param {HTMLElement} form
 * @param {CaseMap} map
 */
function putMap(form, map) {
  const list = form.querySelector(".ac-way ol");
  if (!list || list.previousElementSibling?.matches(".ac-drawing")) return;
  const stops = all(list, "[data-stop]").map(({ dataset }) => dataset.stop ?? "");
  const drawn = way(map, stops);
  // The list says it in words, and its numbers are those on the map.
  drawn.setAttribute("aria-hidden", "true");
  const caption = `Your way, one of ${map.ways}. Press a place to go back to it.`;
  setText(form.querySelector(".ac-way figcaption"), caption);
  list.before(make("div", { className: "ac-drawing" }, drawn));
}
