/**
 * Two notes of one exercise, from two devices, as one. Python has the same rules
 * (store/combining.py); both run against tests/vectors/combine.yml.
 *
 * @import { FieldText } from "../form/fields.mjs"
 * @import { Kept } from "../form/rule.mjs"
 *
 * @typedef {"newer" | "here" | "file"} Counts  whose answer counts where two differ
 */

import { partsOf } from "../form/entries.mjs";
import { TYPES } from "../form/fields.mjs";
import { own, same } from "../form/values.mjs";
import { soundMoment } from "./moments.mjs";

/**
 * The note that counts, with the answers that only the other one has. Where the newer one counts and
 * their clocks can't say which that is, nothing that was written is lost: texts of both stay.
 * Nothing becomes shared that was not.
 * @param {Kept} here
 * @param {Kept} theirs
 * @param {Record<string, FieldText>} fields  of the exercise
 * @param {number} now
 * @param {Counts} counts
 * @returns {Kept}
 */
export function combine(here, theirs, fields, now, counts = "newer") {
  if (counts === "file") return withTheirs(here, theirs, now);
  if (counts === "here") return withWhatIsMissing(here, theirs);
  const mine = soundMoment(here.saved, now);
  const other = soundMoment(theirs.saved, now);
  if (mine === null || other === null || mine === other) return join(here, theirs, fields, now);
  const [older, newer] = mine < other ? [here, theirs] : [theirs, here];
  return withWhatIsMissing(newer, older);
}

/**
 * Of which answers only one would stay, if the newer counts.
 * @param {Kept} here
 * @param {Kept} theirs
 * @param {Record<string, FieldText>} fields
 * @param {number} now
 */
export function different(here, theirs, fields, now) {
  const { answers } = combine(here, theirs, fields, now);
  return Object.keys(here.answers).filter(
    (id) =>
      Object.hasOwn(theirs.answers, id) &&
      [here, theirs].some((note) => !holds(fieldTypeOf(id, fields), answers[id], note.answers[id])),
  );
}

/** @param {string} id  of an answer @param {Record<string, FieldText>} fields */
const fieldTypeOf = (id, fields) => own(TYPES, own(fields, partsOf(id).id)?.type);

/**
 * Whether all that stands in a part stands in an answer.
 * @param {import("../form/fields.mjs").FieldType | undefined} type
 * @param {unknown} answer
 * @param {unknown} part
 */
function holds(type, answer, part) {
  if (same(answer, part)) return true;
  const alike = typeof answer === typeof part && Array.isArray(answer) === Array.isArray(part);
  return Boolean(alike && type?.join && same(type.join(part, answer), answer));
}

/** @param {Kept} note @param {Kept} other @returns {Kept} */
function withWhatIsMissing(note, other) {
  const more = Object.keys(other.answers).some((id) => !Object.hasOwn(note.answers, id));
  if (!more) return note;
  const shared = note.shared && other.shared;
  return { ...note, answers: { ...other.answers, ...note.answers }, shared };
}

/** @param {Kept} here @param {Kept} theirs @param {number} now @returns {Kept} */
function withTheirs(here, theirs, now) {
  const answers = { ...here.answers, ...theirs.answers };
  if (same(answers, here.answers) && theirs.passed === here.passed) return here;
  const shared = here.shared && theirs.shared;
  return { answers, passed: theirs.passed, shared, saved: new Date(now).toISOString() };
}

/**
 * @param {Kept} here
 * @param {Kept} theirs
 * @param {Record<string, FieldText>} fields
 * @param {number} now
 */
function join(here, theirs, fields, now) {
  const ids = new Set([...Object.keys(here.answers), ...Object.keys(theirs.answers)]);
  const answers = Object.fromEntries(
    [...ids].map((id) => {
      const [mine, other] = [own(here.answers, id), own(theirs.answers, id)];
      if (mine === undefined) return [id, other];
      if (other === undefined) return [id, mine];
      return [id, fieldTypeOf(id, fields)?.join?.(other, mine) ?? mine];
    }),
  );
  if (same(answers, here.answers)) return here;
  const shared = here.shared && theirs.shared;
  return { ...here, answers, shared, saved: new Date(now).toISOString() };
}
