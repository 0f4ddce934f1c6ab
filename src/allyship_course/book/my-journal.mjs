/**
 * The page "My journal": all that this browser keeps, to be read, searched, saved, taken in and
 * deleted. It comes from this browser's own store and stays in it.
 *
 * @import { JournalEntry, JournalModule } from "./journal-file.mjs"
 * @import { Note } from "../form/rule.mjs"
 * @import { ExerciseText, ModuleText } from "./course.mjs"
 */

import { make, saveFile } from "../form/dom.mjs";
import { figure } from "../form/drawing.mjs";
import { inputPart, part } from "../form/parts.mjs";
import { drawnOf } from "../form/picturing.mjs";
import { Told } from "../form/store.mjs";
import { plural } from "../form/words.mjs";
import { answersOf, asTerms, fetchCourse } from "./answers.mjs";
import { kept, keptPaths } from "./browser-store.mjs";
import { asJson, asText, differences, inOrder, takeIn } from "./journal-file.mjs";
import { OFF } from "./keep-offline.mjs";
import { forget, forgetAll, keepLeft } from "./kept-answers.mjs";
import { offerOfflineChoice } from "./offline-choice.mjs";
import { COURSE, loadStyle, SITE, WHOLE_SITE } from "./site.mjs";
import { askWhichCounts } from "./which-counts.mjs";

const NOTHING =
  "Nothing is kept in this browser yet. What you write into an exercise appears here.";

/** @param {HTMLElement} place */
export async function showJournal(place) {
  const [modules] = await Promise.all([fetchCourse(), loadStyle("drawing.css")]);
  await keepLeft(modules);
  const journal = new Journal(place, modules);
  if (WHOLE_SITE) {
    await offerOfflineChoice(part(place, "offline")).catch(() => {
      // A browser without a place for files has nothing to choose here.
    });
  }
  journal.show();
  place.setAttribute("data-ready", "");
}

class Journal {
  #place;
  #modules;
  #search;
  #dialog;

  /** @param {HTMLElement} place @param {ModuleText[]} modules */
  constructor(place, modules) {
    this.#place = place;
    this.#modules = modules;
    this.#search = inputPart(place, "search");
    this.#dialog = /** @type {HTMLDialogElement} */ (part(place, "dialog"));
    this.#search.addEventListener("input", () => this.show());
    addEventListener("storage", () => this.show());
    this.#onClick("export-json", () => saveFile(`${COURSE}-journal.json`, asJson(this.#read())));
    this.#onClick("export-md", () => saveFile(`${COURSE}-journal.md`, asText(this.#read())));
    this.#onClick("print", () => print());
    this.#onClick("delete-all", () =>
      this.#ask("Delete everything that this course keeps in this browser?", () =>
        forgetAll([OFF]),
      ),
    );
    part(place, "import").addEventListener("change", () => this.#takeIn());
  }

  /** @param {string} name @param {() => void} act */
  #onClick(name, act) {
    part(this.#place, name).addEventListener("click", act);
  }

  /** @returns {JournalModule[]} */
  #read() {
    return inOrder(this.#modules, keptPaths(), kept);
  }

  /** Show what holds the words that are sought. */
  show() {
    const sought = this.#search.value.trim().toLocaleLowerCase();
    let total = 0;
    let shown = 0;
    const sections = this.#read().flatMap(({ module, entries }) => {
      const written = entries.filter(isWritten);
      const hits = written.filter((entry) => wordsOf(entry).toLocaleLowerCase().includes(sought));
      total += written.length;
      shown += hits.length;
      const title = make("h2", { textContent: module.title });
      return hits.length ? [title, ...hits.map((entry) => this.#article(module, entry))] : [];
    });
    part(this.#place, "list").replaceChildren(...sections);
    this.#tell(total ? `${plural(shown, "exercise")} of ${total} shown.` : NOTHING);
  }

  /** @param {string} text */
  #tell(text) {
    part(this.#place, "status").textContent = text;
  }

  /** @param {ModuleText} module @param {JournalEntry} entry */
  #article(module, { exercise, path, note }) {
    const { title } = exercise;
    const href = `${new URL(module.page, SITE).href}#ac-${exercise.id}`;
    const known = module.exercises.includes(exercise);
    const name = known ? make("a", { href, textContent: title }) : title;
    const remove = make("button", { type: "button", className: "quiet", textContent: "Delete" });
    remove.setAttribute("aria-label", `Delete ${title}`);
    remove.addEventListener("click", () =>
      this.#ask(`Delete what you wrote in “${title}”?`, () => forget(path)),
    );
    return make(
      "article",
      { className: "ac-entry" },
      make("h3", {}, name),
      ...(note.passed ? [make("p", { textContent: "Left out by choice." })] : []),
      asTerms(answersOf(exercise, note)),
      ...pictureOf(exercise, path, note),
      remove,
    );
  }

  /** @param {string} question @param {() => void} act */
  #ask(question, act) {
    part(this.#place, "question").textContent = question;
    this.#dialog.returnValue = "";
    this.#dialog.onclose = () => {
      if (this.#dialog.returnValue !== "yes") return;
      act();
      this.show();
      this.#tell("Deleted.");
      this.#search.focus();
    };
    this.#dialog.showModal();
  }

  async #takeIn() {
    const input = inputPart(this.#place, "import");
    const file = input.files?.[0];
    if (!file) return;
    const text = await file.text();
    input.value = "";
    const told = await this.#taken(text);
    this.show();
    this.#tell(told);
  }

  /** @param {string} text  of a journal @returns {Promise<string>} what to tell */
  async #taken(text) {
    try {
      const found = differences(text, this.#modules);
      const counts = found.length ? await askWhichCounts(found) : "newer";
      return counts ? takeIn(text, this.#modules, counts) : "Nothing was changed.";
    } catch (error) {
      if (error instanceof Told) return error.message;
      throw error;
    }
  }
}

/**
 * The picture of what somebody answered, where the exercise has one.
 * @param {ExerciseText} exercise
 * @param {string} path
 * @param {Note} note
 */
function pictureOf({ picture }, path, { answers }) {
  if (!picture) return [];
  const before = picture.kind === "slope" ? kept(picture.compare)?.answers : undefined;
  const drawn = drawnOf(picture, answers, before ?? {});
  return drawn ? [figure(`drawing-${path}`, picture.title, drawn)] : [];
}

/** @param {JournalEntry} entry */
const isWritten = ({ exercise, note }) => note.passed || answersOf(exercise, note).length > 0;

/** @param {JournalEntry} entry */
const wordsOf = ({ exercise, note }) =>
  [
    exercise.title,
    ...answersOf(exercise, note).flatMap((a) => [
      a.question,
      ...a.entries.flatMap(({ lines }) => lines),
    ]),
  ].join("\n");
