/**
 * How far somebody is with the course, and where they go on. Python has the same rules
 * (course_progress.py); both run against tests/vectors/go-on.yml and minutes-left.yml. Only a
 * website has routes.
 *
 * @import { Kept } from "../form/rule.mjs"
 * @import { ExerciseOutline, ModuleOutline, Route } from "./course.mjs"
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
 * The course from the exercise that somebody last worked at, and from its beginning after that.
 * @param {Station[]} course
 * @param {number} now
 */
function fromHere(course, now) {
  const collected = course.filter(({ module }) => module.collected);
  const moments = collected.map(({ saved }) => soundMoment(saved, now) ?? 0);
  const last = moments.indexOf(Math.max(...moments));
  return [...collected.slice(last), ...collected];
}

/** @param {Station} station */
const isStillOpen = ({ complete }) => !complete;

/**
 * The exercise that somebody last worked at, or the next one that is still open.
 * @param {Station[]} course
 * @param {number} now
 * @returns {Station | undefined}
 */
export const whereToGoOn = (course, now) => fromHere(course, now).find(isStillOpen);

/**
 * The next open exercise that takes no longer than so many minutes: of those, one that fills them.
 * @param {Station[]} course
 * @param {number} now
 * @param {number} minutes
 * @returns {Station | undefined}
 */
export function whatFits(course, now, minutes) {
  const short = fromHere(course, now).filter(
    (station) => isStillOpen(station) && station.exercise.minutes <= minutes,
  );
  const longest = Math.max(...short.map(({ exercise }) => exercise.minutes));
  return short.find(({ exercise }) => exercise.minutes === longest);
}

/**
 * The exercises of a route, in its order.
 * @param {Station[]} course
 * @param {Route} route
 */
export const alongRoute = (course, { stops }) =>
  stops.flatMap((stop) =>
    course.filter(({ module, exercise }) => `${module.id}/${exercise.id}` === stop),
  );

/**
 * About how many minutes the rest of a module takes: of its own, the open exercises' share.
 * @param {Station[]} ofOne
 */
export function minutesLeft(ofOne) {
  const sum = (/** @type {Station[]} */ some) =>
    some.reduce((minutes, { exercise }) => minutes + exercise.minutes, 0);
  const [{ module }] = ofOne;
  return Math.ceil((module.minutes * sum(ofOne.filter(isStillOpen))) / sum(ofOne));
}
