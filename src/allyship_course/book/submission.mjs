/**
 * The submission of a module from the published page: shown word by word, and saved as one file.
 * Nothing is sent.
 *
 * @import { ExerciseText, ModuleText } from "./course.mjs"
 */

import { make, saveFile } from "../form/dom.mjs";
import { stateOf } from "../form/rule.mjs";
import { plural } from "../form/words.mjs";
import { answersOf, asTerms, fetchCourse } from "./answers.mjs";
import { kept } from "./browser-store.mjs";
import { fetchJson } from "./course.mjs";
import { keepLeft, share } from "./kept-answers.mjs";
import { entryOf, MIRROR, openFields, recordOf } from "./record.mjs";

const LONGEST_RECORD = 1_000_000;

const WHAT =
  "For people in a class. The file holds what you see here, the id below, and the module’s notebook " +
  "as everybody has it. Nothing is sent: you hand the file in yourself.";
const OF_MIRRORS =
  `Some classes have a mirror: once at least ${MIRROR} people share an exercise, their choices as ` +
  "numbers and their texts, word for word, may be shown to the class without names. Somebody may " +
  "still know you by what you write. Your instructor can tell you whether yours has one.";
const ID = "The id that your class uses for you. It goes into the file and is kept nowhere else.";
const NO_ID = "There is no id yet. Write the one that your class uses for you.";
const TOO_LONG = "What you share is too long to hand in. Share one exercise less, or shorten it.";
const NO_NOTEBOOK =
  "The notebook could not be loaded. Try again when you are online. Your answers are safe.";

/**
 * Show what a submission would hold, and make the file.
 * @param {string} id of the module
 */
export async function prepareSubmission(id) {
  const module = (await fetchCourse()).find((one) => one.id === id);
  if (!module) return;
  await keepLeft([module]);
  const list = make("div");
  const record = make("pre");
  const show = () => {
    const focused = list.contains(document.activeElement) ? document.activeElement?.id : "";
    list.replaceChildren(...module.exercises.map((exercise) => section(module, exercise)));
    record.textContent = JSON.stringify(recordOf(module), null, 1);
    if (focused) document.getElementById(focused)?.focus();
  };
  const close = make("button", { type: "button", textContent: "Close" });
  const dialog = make(
    "dialog",
    { className: "ac-part" },
    make("h2", { id: "submission-title", textContent: `Your submission: ${module.title}` }),
    make("p", { textContent: WHAT }),
    make("p", { textContent: OF_MIRRORS }),
    list,
    make("details", {}, make("summary", { textContent: "The record, letter by letter" }), record),
    ...downloadLine(module, close),
  );
  dialog.setAttribute("aria-labelledby", "submission-title");
  close.addEventListener("click", () => dialog.close());
  const closed = new AbortController();
  dialog.addEventListener("close", () => {
    closed.abort();
    dialog.remove();
  });
  // What is shown is what would be in the file, whatever another tab changes meanwhile.
  addEventListener("storage", show, { signal: closed.signal });
  document.addEventListener("ac-kept", show, { signal: closed.signal });
  show();
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * The id, and the button that makes the file.
 * @param {ModuleText} module
 * @param {HTMLElement} close  the button beside it
 */
function downloadLine(module, close) {
  const student = make("input", { type: "text", id: "submission-id", autocomplete: "off" });
  student.setAttribute("aria-describedby", "submission-trouble");
  const trouble = make("p", { className: "ac-trouble", id: "submission-trouble" });
  const status = make("p");
  status.setAttribute("role", "status");
  const button = make("button", { type: "button", textContent: "Download the file" });
  button.addEventListener("click", async () => {
    const id = student.value.trim();
    trouble.textContent = id ? "" : NO_ID;
    student.setAttribute("aria-invalid", String(!id));
    if (id) status.textContent = await download(module, id);
    else student.focus();
  });
  return [
    make("p", {}, make("label", { htmlFor: student.id, textContent: ID }), student),
    trouble,
    make("div", { className: "ac-buttons" }, button, close),
    status,
  ];
}

/**
 * One exercise in a submission: how far it is, and what of it is shared, word by word.
 * @param {ModuleText} module
 * @param {ExerciseText} exercise
 */
function section(module, exercise) {
  const path = `${module.id}/${exercise.id}`;
  const note = kept(path);
  const title = make("h3", { textContent: exercise.title });
  if (!note) {
    const nothing = make("p", { textContent: "Not begun. Nothing of it is in the file." });
    return make("section", { className: "ac-entry" }, title, nothing);
  }
  const entry = entryOf(exercise, note);
  const count = Object.values(entry.words).reduce((sum, n) => sum + n, 0);
  const words = count ? `, ${plural(count, "word")} counted` : "";
  const state = stateOf(exercise.rule, note).complete ? "Complete" : "Open";
  const how = note.passed ? "Left out by choice. Complete" : state;
  const answered = `${plural(entry.answered.length, "question")} answered${words}`;
  /** @type {HTMLElement[]} */
  const parts = [title, make("p", { textContent: `${how}: ${answered}.` })];
  const open = answersOf(exercise, note).filter(({ id }) => openFields(exercise).includes(id));
  if (open.length) parts.push(shareLine(path, exercise));
  if (open.length && note.shared) {
    parts.push(make("p", { textContent: "These words will be in the file:" }), asTerms(open));
  }
  return make("section", { className: "ac-entry" }, ...parts);
}

/** @param {string} path @param {ExerciseText} exercise */
function shareLine(path, exercise) {
  const id = `submission-${exercise.id}`;
  const box = make("input", { type: "checkbox", checked: kept(path)?.shared ?? false, id });
  box.addEventListener("change", () => share(path, box.checked));
  const textContent = "Share my answers to this exercise with my instructor";
  return make("p", { className: "ac-share" }, box, make("label", { htmlFor: id, textContent }));
}

/**
 * Put the record into the module's notebook and save it.
 * @param {ModuleText} module
 * @param {string} student
 * @returns {Promise<string>} what to tell
 */
async function download(module, student) {
  const record = recordOf(module);
  if (new TextEncoder().encode(JSON.stringify(record, null, 1)).length > LONGEST_RECORD) {
    return TOO_LONG;
  }
  const file = `${module.id}.ipynb`;
  try {
    const notebook = await fetchJson(`_static/assignments/${file}`);
    notebook.metadata.allyship = { record, student };
    saveFile(file, JSON.stringify(notebook, null, 1));
  } catch {
    return NO_NOTEBOOK;
  }
  return `Saved as ${file}. Hand it in where your class hands in, under this very name.`;
}
