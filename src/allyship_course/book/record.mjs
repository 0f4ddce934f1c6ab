/**
 * What is collected of a module, as completion.json has it. Python has the same rule (journal.py);
 * both run against tests/vectors/entry.yml.
 *
 * @import { Note } from "../form/rule.mjs"
 * @import { ExerciseText, ModuleText } from "./course.mjs"
 */

import { answered } from "../form/rule.mjs";
import { kept, SCHEMA } from "./browser-store.mjs";

/** A page knows nothing of a class; no class's mirror may begin with fewer people than this. */
export const MIRROR = 5;

/**
 * The fields of which an answer may be shared.
 * @param {ExerciseText} exercise
 */
export const openFields = ({ fields }) => Object.keys(fields).filter((id) => !fields[id].private);

/**
 * What is collected of a note: answers only if they are shared, private fields never.
 * @param {ExerciseText} exercise
 * @param {Note} note
 */
export function entryOf(exercise, note) {
  const { rule } = exercise;
  const found = answered(rule, note.answers);
  /** @param {string} id */
  const counts = (id) => rule.fields[id].required;
  const open = openFields(exercise);
  const words = Object.entries(found.words).filter(([id]) => counts(id) && open.includes(id));
  const shared = open.filter((id) => Object.hasOwn(note.answers, id));
  return {
    answered: found.fields.filter(counts),
    words: Object.fromEntries(words),
    passed: note.passed,
    ...(note.shared && {
      shared: Object.fromEntries(shared.map((id) => [id, note.answers[id]])),
      mirror: MIRROR,
    }),
  };
}

/**
 * The completion record of a module: of what was begun.
 * @param {ModuleText} module
 */
export function recordOf(module) {
  const begun = module.exercises.flatMap((exercise) => {
    const note = kept(`${module.id}/${exercise.id}`);
    return note ? [[exercise.id, entryOf(exercise, note)]] : [];
  });
  return { schema: SCHEMA, module: module.id, exercises: Object.fromEntries(begun) };
}
