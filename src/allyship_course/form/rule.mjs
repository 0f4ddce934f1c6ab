/**
 * The rules of answers, which never look at a form: what is answered, what is complete, and how
 * what was changed here meets what is kept. Python has the same rules (completion.py, journal.py);
 * both run against tests/vectors.
 *
 * @import { FieldRule } from "./fields.mjs"
 *
 * @typedef {{id: string, fields: string[], next: string[]}} StepRule
 * @typedef {{fields: Record<string, FieldRule>, steps: StepRule[]}} Rule  of an exercise
 * @typedef {Record<string, unknown>} Answers  field id to value
 * @typedef {{answers: Answers, passed: boolean, shared: boolean}} Note  what somebody put in
 * @typedef {Note & {saved: string}} Kept  and when it was kept
 * @typedef {{complete: boolean, passed: boolean, done: number, required: number}} Completion
 * @typedef {Set<string>} Names  of fields, and of the two boxes: "/pass", "/share"
 */

import { TYPES } from "./fields.mjs";
import { own } from "./values.mjs";
import { countWords } from "./words.mjs";

/** @type {Note} */
export const EMPTY = { answers: {}, passed: false, shared: false };

/**
 * Reduce answers to the names of answered fields and the words of each text.
 * @param {Rule} rule
 * @param {Answers} answers
 */
export function answered(rule, answers) {
  const entries = Object.entries(rule.fields);
  const fields = entries
    .filter(([id, field]) => TYPES[field.type].answered(field, own(answers, id)))
    .map(([id]) => id);
  /** @type {Record<string, number>} */
  const words = {};
  for (const [id, field] of entries) {
    const value = own(answers, id);
    const count = field.type === "text" && typeof value === "string" ? countWords(value) : 0;
    if (count) words[id] = count;
  }
  return { fields, words };
}

/**
 * How complete an exercise is when these fields are answered: some route from the first step
 * to an end must be answered throughout.
 * @param {Rule} rule
 * @param {string[]} answeredFields
 * @param {boolean} passed
 * @returns {Completion}
 */
export function completion(rule, answeredFields, passed = false) {
  /** Least [open, required] from each step to the end. @type {Map<string, number[]>} */
  const toEnd = new Map([["end", [0, 0]]]);
  for (const _ of rule.steps) {
    for (const step of rule.steps) {
      const onward = step.next.flatMap((id) => (toEnd.has(id) ? [toEnd.get(id) ?? []] : []));
      if (!onward.length) continue;
      const best = onward.reduce((a, b) => (b[0] < a[0] || (b[0] === a[0] && b[1] < a[1]) ? b : a));
      const required = step.fields.filter((id) => rule.fields[id].required);
      const open = required.filter((id) => !answeredFields.includes(id));
      toEnd.set(step.id, [open.length + best[0], required.length + best[1]]);
    }
  }
  const [left, total] = toEnd.get(rule.steps[0].id) ?? [0, 0];
  return { complete: passed || left === 0, passed, done: total - left, required: total };
}

/**
 * How complete an exercise is by what is kept of it.
 * @param {Rule} rule
 * @param {Note | null} note
 */
export const stateOf = (rule, note) =>
  completion(rule, answered(rule, note?.answers ?? {}).fields, note?.passed ?? false);

/**
 * The last word wins for each field by itself: what was changed here, and all else as kept.
 * Answers to fields that the exercise has no longer stay too.
 * @param {Note} mine
 * @param {Note} kept
 * @param {Names} changed
 * @returns {Note}
 */
export function merge(mine, kept, changed) {
  const entries = Object.entries(kept.answers).filter(([id]) => !changed.has(id));
  const changes = Object.entries(mine.answers).filter(([id]) => changed.has(id));
  return {
    answers: Object.fromEntries([...entries, ...changes]),
    passed: (changed.has("/pass") ? mine : kept).passed,
    shared: (changed.has("/share") ? mine : kept).shared,
  };
}
