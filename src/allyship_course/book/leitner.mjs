/**
 * When a card comes again: five boxes, each with a longer wait. A card that was known moves on by
 * one, one that was not goes back to the first. After Sebastian Leitner, “So lernt man lernen”
 * (Herder, 1972). His boxes grow by their size in cards; ours wait for days, which is how most
 * programs do it, and the five waits are our guess.
 *
 * @typedef {{box: number, day: string}} Place  of a card: its box, from 0, and when it was last seen
 * @typedef {{path: string, place: Place}} Placed
 */

import { dayOf, isRecord } from "../form/values.mjs";

/** Days that a card waits in each box. */
export const WAITS = [1, 3, 7, 21, 60];

/** So many cards take some two minutes. */
export const SITTING = 6;

const DAY = 86_400_000;

/** @param {unknown} value @returns {value is Place} */
export const isPlace = (value) =>
  isRecord(value) &&
  WAITS[Number(value.box)] !== undefined &&
  typeof value.box === "number" &&
  typeof value.day === "string" &&
  dayOf(value.day) !== null;

/**
 * Where a card goes after it was turned over.
 * @param {number} box
 * @param {string} rating  how it went
 * @param {string} today
 * @returns {Place}
 */
export function placeAfter(box, rating, today) {
  if (rating === "knew") return { box: Math.min(box + 1, WAITS.length - 1), day: today };
  return { box: rating === "partly" ? box : 0, day: today };
}

/** The day on which a card comes again. @param {Place} place */
export function comesOn({ box, day }) {
  const seen = dayOf(day)?.getTime() ?? 0;
  return new Date(seen + WAITS[box] * DAY).toISOString().slice(0, 10);
}

/**
 * The cards that are due, those first that have waited longest over their day.
 * @param {Placed[]} cards
 * @param {string} today
 * @returns {Placed[]}
 */
export const dueOn = (cards, today) =>
  cards
    .filter(({ place }) => comesOn(place) <= today)
    .sort((a, b) => (comesOn(a.place) < comesOn(b.place) ? -1 : 1));
