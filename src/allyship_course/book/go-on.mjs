/**
 * How far somebody is with the course, and where they go on. Python has the same rule
 * (journal.py); both run against tests/vectors/go-on.yml.
 *
 * @import { Kept } from "../form/rule.mjs"
 * @import { ExerciseOutline, ModuleOutline } from "./course.mjs"
 *
 * @typedef {{module: ModuleOutline, exercise: ExerciseOutline, complete: boolean, saved: string}} Station
 */

import { stateOf } from "../form/rule.mjs";
import { soundMoment } from "./moments.mjs";

/**
 * Every exercise of the course in order, and how far it is.
 * @param {ModuleOutline[]} modules
 * @param {(path: string) => Kept | null} noteOf
 * @returns {Station[]}
 */
export const stations = (modules, noteOf) =>
  modules.flatMap((module) =>
    module.exercises.map((exercise) => {
      const note = noteOf(`${module.id}/${exercise.id}`);
      const { complete } = stateOf(exercise.rule, note);
      return { module, exercise, complete, saved: note?.saved ?? "" };
    }),
  );

/**
 * The exercise that somebody last worked at, or the next one that is still open.
 * @param {Station[]} course
 * @param {number} now
 * @returns {Station | undefined}
 */
export function whereToGoOn(course, now) {
  const collected = course.filter(({ module }) => module.collected);
  const moments = collected.map(({ saved }) => soundMoment(saved, now) ?? 0);
  const last = moments.indexOf(Math.max(...moments));
  return [...collected.slice(last), ...collected].find(({ complete }) => !complete);
}
