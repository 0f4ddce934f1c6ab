/**
 * What somebody answered, with the words that answers stand for.
 *
 * @import { Note } from "../form/rule.mjs"
 * @import { ExerciseText, ModuleText } from "./course.mjs"
 *
 * @typedef {{day: string, lines: string[]}} DatedAnswer  without a day, if nobody knows it
 * @typedef {{id: string, question: string, entries: DatedAnswer[]}} Answer  in words
 */

import { make } from "../form/dom.mjs";
import { belongsTo, entriesOf } from "../form/entries.mjs";
import { dayInWords } from "../form/fields.mjs";
import { inWords } from "../form/in-words.mjs";
import { own } from "../form/values.mjs";
import { fetchJson } from "./course.mjs";

/** The course with the words that answers stand for. @returns {Promise<ModuleText[]>} */
export const fetchCourse = () => fetchJson("_static/course.json");

/**
 * What was written into one exercise. What belongs to no field of it, since the course has changed,
 * stands at the end under its id.
 * @param {ExerciseText} exercise
 * @param {Note} note
 * @returns {Answer[]}
 */
export function answersOf({ fields }, { answers }) {
  const ids = Object.keys(fields);
  const gone = Object.keys(answers).filter((id) => !ids.includes(id) && !belongsTo(id, ids));
  return [...ids, ...gone.sort()]
    .map((id) => {
      const text = own(fields, id) ?? { type: "", label: id };
      const all = ids.includes(id)
        ? entriesOf(answers, id)
        : [{ day: "", value: own(answers, id) }];
      const entries = all.map(({ day, value }) => ({ day, lines: inWords(text, value) }));
      return { id, question: text.label, entries: entries.filter(({ lines }) => lines.length) };
    })
    .filter(({ entries }) => entries.length);
}

/** Answers as a list: each question, and below it what was answered. @param {Answer[]} answers */
export const asTerms = (answers) =>
  make(
    "dl",
    {},
    ...answers.flatMap(({ question, entries }) => [
      make("dt", { textContent: question }),
      ...entries.flatMap(({ day, lines }) => [
        ...(day ? [make("dd", { className: "ac-day", textContent: dayInWords(day) })] : []),
        ...lines.map((line) => make("dd", { textContent: line, dir: "auto" })),
      ]),
    ]),
  );
