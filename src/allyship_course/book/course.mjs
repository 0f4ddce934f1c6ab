/**
 * The course, as the page that needs it fetches it.
 *
 * @import { FieldText } from "../form/fields.mjs"
 * @import { Picture } from "../form/picturing.mjs"
 * @import { Rule } from "../form/rule.mjs"
 *
 * @typedef {{id: string, title: string, rule: Rule}} ExerciseHead
 * @typedef {ExerciseHead & {minutes: number}} ExerciseOutline
 * @typedef {ExerciseHead & {fields: Record<string, FieldText>, picture?: Picture}} ExerciseText
 * @typedef {{id: string, title: string, page: string, collected: boolean}} ModuleHead
 * @typedef {ModuleHead & {minutes: number, exercises: ExerciseOutline[]}} ModuleOutline
 * @typedef {ModuleHead & {exercises: ExerciseText[], earlier: ExerciseText[]}} ModuleText
 *   `earlier`: exercises that only earlier editions had
 * @typedef {{id: string, title: string, stops: string[]}} Route  a way through, as module/exercise
 */

import { SITE } from "./site.mjs";

/**
 * Throws an error called NoLine for what can't be had just now, or where a host gives something
 * else in its place.
 * @param {string} path  below the site's root
 * @returns {Promise<any>}
 */
export async function fetchJson(path) {
  try {
    return await (await fetch(new URL(path, SITE), { cache: "no-cache" })).json();
  } catch (cause) {
    throw Object.assign(new Error(`${path} can't be had`, { cause }), { name: "NoLine" });
  }
}

/** The course without the words of its fields. @returns {Promise<ModuleOutline[]>} */
export const fetchOutline = () => fetchJson("_static/outline.json");
