/**
 * The journal as a file: one to take in elsewhere, one to read. Jupyter has the same two
 * (student/journal_file.py); what is read runs against tests/vectors/journal-text.yml.
 *
 * @import { Kept } from "../form/rule.mjs"
 * @import { Counts } from "./combine.mjs"
 * @import { ExerciseText, ModuleText } from "./course.mjs"
 *
 * @typedef {{exercise: ExerciseText, path: string, note: Kept}} JournalEntry
 * @typedef {{module: ModuleText, entries: JournalEntry[]}} JournalModule
 * @typedef {{exercise: ExerciseText, here: Kept, theirs: Kept}} Difference  of one exercise, the
 *   answers of which only one can stay
 */

import { Told } from "../form/store.mjs";
import { isRecord } from "../form/values.mjs";
import { plural } from "../form/words.mjs";
import { answersOf } from "./answers.mjs";
import { kept, SCHEMA, setDamagedAside } from "./browser-store.mjs";
import { combine, different } from "./combine.mjs";
import { keep } from "./kept-answers.mjs";

const NO_JSON = "This file is no journal: it is not JSON. Nothing was changed.";
const NEWER_FILE = "This journal was saved by a newer version of the course. Nothing was changed.";
const NO_JOURNAL = "This file is no journal of this course. Nothing was changed.";
const DAMAGED_FILE = "This file is damaged. Nothing was changed.";

/** An id as modules and exercises have them. */
const ID = /^[\w-]{1,99}$/u;

/** No form of ours nests deeper. */
const DEEPEST = 20;

/**
 * The journal in the order of the course; at the end, under its ids, what belongs to nothing in it.
 * @param {ModuleText[]} modules
 * @param {string[]} paths  of all that is kept
 * @param {(path: string) => Kept | null} noteOf
 * @returns {JournalModule[]}
 */
export function inOrder(modules, paths, noteOf) {
  const begun = [...new Set(paths.map((path) => path.split("/")[0]))];
  const gone = begun.filter((id) => !modules.some((module) => module.id === id)).sort();
  const all = [...modules, ...gone.map(goneModule)];
  return all.map((module) => {
    const mine = paths.filter((path) => path.startsWith(`${module.id}/`));
    const ids = mine.map((path) => path.slice(module.id.length + 1)).sort();
    const known = module.exercises.filter(({ id }) => ids.includes(id));
    const more = ids.filter((id) => !known.some((exercise) => exercise.id === id));
    const before = more.map(
      (id) => module.earlier.find((one) => one.id === id) ?? goneExercise(id),
    );
    const entries = [...known, ...before].flatMap((exercise) => {
      const path = `${module.id}/${exercise.id}`;
      const note = noteOf(path);
      return note ? [{ exercise, path, note }] : [];
    });
    return { module, entries };
  });
}

/** @param {string} id @returns {ModuleText} */
const goneModule = (id) => ({
  id,
  title: id,
  page: "",
  collected: false,
  exercises: [],
  earlier: [],
});

/** @param {string} id @returns {ExerciseText} */
const goneExercise = (id) => ({ id, title: id, rule: { fields: {}, steps: [] }, fields: {} });

/** @param {JournalModule[]} journal */
export function asJson(journal) {
  const modules = journal
    .filter(({ entries }) => entries.length)
    .map(({ module, entries }) => {
      const exercises = entries.map(({ exercise, note }) => [exercise.id, note]);
      return [module.id, { exercises: Object.fromEntries(exercises) }];
    });
  return JSON.stringify({ schema: SCHEMA, modules: Object.fromEntries(modules) }, null, 1);
}

/** The journal as Markdown. @param {JournalModule[]} journal */
export function asText(journal) {
  const lines = ["# My journal", ""];
  for (const { module, entries } of journal) {
    const texts = entries.flatMap(entryAsText);
    if (texts.length) lines.push(`## ${module.title}`, "", ...texts);
  }
  return lines.join("\n");
}

/** @param {JournalEntry} entry */
function entryAsText({ exercise, note }) {
  const lines = note.passed ? ["Left out by choice.", ""] : [];
  for (const answer of answersOf(exercise, note)) {
    lines.push(`**${answer.question}**`, "");
    for (const { day, lines: words } of answer.entries) {
      if (day) lines.push(day, "");
      lines.push(...words.map((line) => `> ${line}`), "");
    }
  }
  return lines.length ? [`### ${exercise.title}`, "", ...lines] : [];
}

/**
 * Where one answer would take the other's place, if an export were taken in. Throws Told if it is
 * no journal.
 * @param {string} text
 * @param {ModuleText[]} modules
 * @returns {Difference[]}
 */
export function differences(text, modules) {
  return readExport(text).flatMap(([path, theirs]) => {
    const here = kept(path);
    const exercise = exerciseAt(path, modules);
    const ids = here ? different(here, theirs, exercise.fields, Date.now()) : [];
    /** @param {Kept} note */
    const only = (note) => ({
      ...note,
      answers: Object.fromEntries(ids.map((id) => [id, note.answers[id]])),
    });
    return here && ids.length ? [{ exercise, here: only(here), theirs: only(theirs) }] : [];
  });
}

/** @param {string} path @param {ModuleText[]} modules */
function exerciseAt(path, modules) {
  const [moduleId, exerciseId] = path.split("/");
  const module = modules.find(({ id }) => id === moduleId);
  return module?.exercises.find(({ id }) => id === exerciseId) ?? goneExercise(exerciseId);
}

/**
 * Take in an earlier export, beside what is here.
 * @param {string} text
 * @param {ModuleText[]} modules
 * @param {Counts} counts
 * @returns {string} what to tell
 */
export function takeIn(text, modules, counts = "newer") {
  let taken = 0;
  let stayed = 0;
  try {
    for (const [path, note] of readExport(text)) {
      if (takeInOne(path, note, modules, counts)) taken += 1;
      else stayed += 1;
    }
  } catch (error) {
    if (error instanceof Told) return error.message;
    return `This browser’s storage is full. Taken in so far: ${plural(taken, "exercise")}.`;
  }
  const told = `Taken in: ${plural(taken, "exercise")}.`;
  if (!stayed) return told;
  return `${told} ${plural(stayed, "exercise")} stayed as they are here.`;
}

/**
 * @param {string} path
 * @param {Kept} note
 * @param {ModuleText[]} modules
 * @param {Counts} counts
 */
function takeInOne(path, note, modules, counts) {
  try {
    setDamagedAside(path);
  } catch (error) {
    if (error instanceof Told) return false; // kept by a newer version
    throw error;
  }
  const here = kept(path);
  const { fields } = exerciseAt(path, modules);
  const result = here ? combine(here, note, fields, Date.now(), counts) : note;
  if (result === here) return false;
  keep(path, result);
  return true;
}

/**
 * Read a file whole before anything is changed. Throws Told if it is no journal.
 * @param {string} text
 * @returns {[string, Kept][]} of each exercise, its path and its note
 */
function readExport(text) {
  const data = parseJson(text);
  if (data?.schema > SCHEMA) throw new Told(NEWER_FILE);
  if (data?.schema !== SCHEMA || !isRecord(data.modules)) throw new Told(NO_JOURNAL);
  return Object.entries(data.modules).flatMap(([module, content]) => {
    const exercises = isRecord(content) ? content.exercises : null;
    if (!isRecord(exercises) || !ID.test(module)) throw new Told(DAMAGED_FILE);
    return Object.entries(exercises).map(([id, note]) => {
      if (!ID.test(id)) throw new Told(DAMAGED_FILE);
      return /** @type {[string, Kept]} */ ([`${module}/${id}`, readNote(note)]);
    });
  });
}

/** @param {string} text @returns {any} */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Told(NO_JSON);
  }
}

/** @param {unknown} data @returns {Kept} */
function readNote(data) {
  if (isRecord(data) && isRecord(data.answers) && !isDeeper(data.answers, DEEPEST)) {
    const { answers, passed = false, shared = false, saved = "" } = data;
    const yesOrNo = typeof passed === "boolean" && typeof shared === "boolean";
    if (yesOrNo && typeof saved === "string") return { answers, passed, shared, saved };
  }
  throw new Told(DAMAGED_FILE);
}

/** @param {unknown} value @param {number} levels @returns {boolean} */
const isDeeper = (value, levels) =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1)));
