/**
 * Asks which answers count where a journal that comes in has others than this browser.
 *
 * @import { Kept } from "../form/rule.mjs"
 * @import { ExerciseText } from "./course.mjs"
 * @import { Counts } from "./combine.mjs"
 * @import { Difference } from "./journal-file.mjs"
 */

import { make } from "../form/dom.mjs";
import { dayInWords } from "../form/fields.mjs";
import { answersOf, asTerms } from "./answers.mjs";

const QUESTION = "This browser and the file have another answer. Which one counts?";
const OTHERS_STAY = "All other answers of both stay, whatever you choose.";

/** @type {[Counts | "", string][]} */
const WAYS = [
  ["newer", "What was kept later"],
  ["here", "What is here"],
  ["file", "What is in the file"],
  ["", "Take nothing in"],
];

/**
 * @param {Difference[]} differences
 * @returns {Promise<Counts | "">} nothing where somebody takes nothing in
 */
export function askWhichCounts(differences) {
  // Who has many such answers begins above them, not at the buttons below.
  const title = make("h2", { id: "which-counts", textContent: QUESTION, tabIndex: -1 });
  title.autofocus = true;
  const buttons = WAYS.map(([value, textContent]) =>
    make("button", { type: "submit", value, textContent }),
  );
  const form = make(
    "form",
    { method: "dialog" },
    make("div", { className: "ac-buttons" }, ...buttons),
  );
  const shown = differences.flatMap(({ exercise, here, theirs }) => [
    make("h3", { textContent: exercise.title }),
    ...versionOf("Here", exercise, here),
    ...versionOf("In the file", exercise, theirs),
  ]);
  const what = make("p", { textContent: OTHERS_STAY });
  const dialog = make("dialog", { className: "ac-part" }, title, what, ...shown, form);
  dialog.setAttribute("aria-labelledby", title.id);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(/** @type {Counts | ""} */ (dialog.returnValue));
    }),
  );
}

/** @param {string} where @param {ExerciseText} exercise @param {Kept} note */
const versionOf = (where, exercise, note) => [
  make("h4", { textContent: `${where}, kept ${dayKept(note)}` }),
  asTerms(answersOf(exercise, note)),
];

/** @param {Kept} note */
const dayKept = ({ saved }) =>
  /^\d{4}-\d\d-\d\d/u.test(saved) ? dayInWords(saved.slice(0, 10)) : "on a day that is not known";
