/**
 * What somebody answered, with the words that answers stand for.
 *
 * @import { Note } from "../form/rule.mjs"
 * @import { ExerciseText, ModuleText } from "./course.mjs"
 *
 * @typedef {{id: string, question: string, lines: string[]}} Answer  in words
 */

import { make } from "../form/dom.mjs";
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
  const gone = Object.keys(answers).filter((id) => !Object.hasOwn(fields, id));
  return [...Object.keys(fields), ...gone.sort()]
    .map((id) => {
      const text = own(fields, id) ?? { type: "", label: id };
      return { id, question: text.label, lines: inWords(text, own(answers, id)) };
    })
    .filter(({ lines }) => lines.length);
}

/** Answers as a list: each question, and below it what was answered. @param {Answer[]} answers */
export const asTerms = (answers) =>
  make(
    "dl",
    {},
    ...answers.flatMap(({ question, lines }) => [
      make("dt", { textContent: question }),
      ...lines.map((line) => make("dd", { textContent: line, dir: "auto" })),
    ]),
  );
