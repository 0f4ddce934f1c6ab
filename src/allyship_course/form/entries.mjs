/**
 * Answers to the same question on several days. The first answer is kept under the field's id, its
 * day under "id@first", and each later answer under the id with its day, as "id@2026-12-12". Python
 * has the same (store/entries.py); both run against tests/vectors/entries.yml.
 *
 * @import { Answers } from "./rule.mjs"
 *
 * @typedef {{day: string, value: unknown}} Entry  without a day, if nobody knows on which it was
 */

import { dayOf, own } from "./values.mjs";

const DATED = /^([\w-]+)@(.{10})$/u;

/** The name under which the day of a first answer is kept. @param {string} id */
export const firstDay = (id) => `${id}@first`;

/**
 * The id and the day in the name of a later answer; of any other name, the name itself.
 * @param {string} key
 * @returns {{id: string, day: string}}
 */
export function partsOf(key) {
  const [, id, day] = DATED.exec(key) ?? [];
  return id && dayOf(day) ? { id, day } : { id: key, day: "" };
}

/** The names of later answers to a field, the earliest first. @param {Answers} answers @param {string} id */
const laterKeys = (answers, id) =>
  Object.keys(answers)
    .filter((key) => key !== id && partsOf(key).id === id)
    .sort();

/** Whether a name says more of one of these fields. @param {string} key @param {string[]} ids */
export const belongsTo = (key, ids) =>
  ids.some((id) => key === firstDay(id)) ||
  (partsOf(key).day !== "" && ids.includes(partsOf(key).id));

/**
 * All answers to a field, the first one first.
 * @param {Answers} answers
 * @param {string} id
 * @returns {Entry[]}
 */
export function entriesOf(answers, id) {
  const day = own(answers, firstDay(id));
  const first = own(answers, id);
  return [
    ...(first === undefined ? [] : [{ day: dayOf(String(day)) ? String(day) : "", value: first }]),
    ...laterKeys(answers, id).map((key) => ({ day: partsOf(key).day, value: own(answers, key) })),
  ];
}
