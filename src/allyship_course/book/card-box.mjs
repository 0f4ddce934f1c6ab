/**
 * The cards that somebody has turned over in the modules, each in its box. Which box is kept in this
 * browser alone; what was answered in the modules stays as it is.
 *
 * @import { ModuleOutline } from "./course.mjs"
 * @import { Place, Placed } from "./leitner.mjs"
 */

import { dayHere } from "../form/days.mjs";
import { own } from "../form/values.mjs";
import { kept } from "./browser-store.mjs";
import { isPlace, placeAfter } from "./leitner.mjs";
import { momentOf } from "./moments.mjs";
import { siteKey } from "./site.mjs";

const BOX_NAME = "cards";

/** @returns {Record<string, unknown>} */
function places() {
  try {
    return own(JSON.parse(localStorage.getItem(siteKey(BOX_NAME)) ?? "{}"), "cards") ?? {};
  } catch {
    return {}; // What can't be read begins anew: it holds no word of anybody's.
  }
}

/**
 * All cards that were turned over once, in the order of the course.
 * @param {ModuleOutline[]} modules
 * @returns {Placed[]}
 */
export function turnedOver(modules) {
  const now = places();
  return modules.flatMap((module) =>
    module.exercises.flatMap(({ id, rule }) => {
      const recalls = Object.keys(rule.fields).filter(
        (name) => rule.fields[name].type === "recall",
      );
      const note = recalls.length ? kept(`${module.id}/${id}`) : null;
      return recalls.flatMap((name) => {
        const rating = own(note?.answers, name);
        if (typeof rating !== "string") return [];
        const path = `${module.id}/${id}/${name}`;
        const place = own(now, path);
        const day = dayHere(momentOf(note?.saved ?? "") ?? Date.now());
        return [{ path, place: isPlace(place) ? place : placeAfter(0, rating, day) }];
      });
    }),
  );
}

/** @param {string} path @param {Place} place */
export function putBack(path, place) {
  const cards = { ...places(), [path]: place };
  localStorage.setItem(siteKey(BOX_NAME), JSON.stringify({ schema: 1, cards }));
}
