/**
 * Two notes of one exercise, from two devices, as one. Python has the same rule
 * (student/journal_file.py); both run against tests/vectors/combine.yml.
 *
 * @import { FieldText } from "../form/fields.mjs"
 * @import { Kept } from "../form/rule.mjs"
 */

import { partsOf } from "../form/entries.mjs";
import { TYPES } from "../form/fields.mjs";
import { own } from "../form/values.mjs";
import { soundMoment } from "./moments.mjs";

/**
 * The newer note, with the answers that only the older one has. Where their clocks can't say which
 * one is newer, nothing that was written is lost: texts of both stay. Nothing becomes shared that
 * was not.
 * @param {Kept} here
 * @param {Kept} theirs
 * @param {Record<string, FieldText>} fields  of the exercise
 * @param {number} now
 * @returns {Kept}
 */
export function combine(here, theirs, fields, now) {
  const mine = soundMoment(here.saved, now);
  const other = soundMoment(theirs.saved, now);
  if (mine === null || other === null || mine === other) return join(here, theirs, fields, now);
  const [older, newer] = mine < other ? [here, theirs] : [theirs, here];
  const more = Object.keys(older.answers).some((id) => !Object.hasOwn(newer.answers, id));
  if (!more) return newer;
  const shared = newer.shared && older.shared;
  return { ...newer, answers: { ...older.answers, ...newer.answers }, shared };
}

/**
 * @param {Kept} here
 * @param {Kept} theirs
 * @param {Record<string, FieldText>} fields
 * @param {number} now
 * @returns {Kept}
 */
function join(here, theirs, fields, now) {
  const ids = new Set([...Object.keys(here.answers), ...Object.keys(theirs.answers)]);
  const answers = Object.fromEntries(
    [...ids].map((id) => {
      const [mine, other] = [own(here.answers, id), own(theirs.answers, id)];
      if (mine === undefined) return [id, other];
      if (other === undefined) return [id, mine];
      return [id, own(TYPES, own(fields, partsOf(id).id)?.type)?.join?.(other, mine) ?? mine];
    }),
  );
  if (JSON.stringify(answers) === JSON.stringify(here.answers)) return here;
  const shared = here.shared && theirs.shared;
  return { ...here, answers, shared, saved: new Date(now).toISOString() };
}
