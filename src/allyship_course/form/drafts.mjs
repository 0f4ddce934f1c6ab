/**
 * What is on its way: changes that stand in a form and are not yet where they belong. They are put
 * into this browser's own store letter by letter, so that whatever ends a page ends no word.
 *
 * @import { Answers, Names, Note, Rule } from "./rule.mjs"
 *
 * @typedef {{note: Note, changed: Names, before?: Note}} Draft  what was changed, and what was kept
 *   of the same fields before; unknown in drafts of earlier versions
 */

import { TYPES } from "./fields.mjs";
import { EMPTY } from "./rule.mjs";
import { isRecord, own, same } from "./values.mjs";

const MEMORY = Symbol.for("allyship-unsaved");

/**
 * What the browser refuses to keep, for the form that takes the place of this one: in this page's
 * memory, where every widget's copy of this module sees it.
 * @returns {Map<string, string>}
 */
function memory() {
  const page = /** @type {Record<symbol, Map<string, string> | undefined>} */ (
    /** @type {unknown} */ (globalThis)
  );
  page[MEMORY] ??= new Map();
  return page[MEMORY];
}

/**
 * Delete all drafts of a place; of one exercise, where one is named.
 * @param {string} place
 * @param {string} [path]
 */
export function dropDrafts(place, path = "") {
  for (const name of namesOf(place, path)) dropAt(name);
}

/** The drafts of one exercise: each form that shows it has one. */
export class Drafts {
  #place;
  #path;
  #own;

  /** @param {string} place  where it is kept @param {string} path  module/exercise */
  constructor(place, path) {
    this.#place = place;
    this.#path = path;
    this.#own = `${nameOfDraft(place, path)}:${Math.random().toString(36).slice(2)}`;
  }

  /** @param {Draft} draft @returns {boolean} whether this browser keeps it */
  put({ note, changed, before }) {
    const text = JSON.stringify({ note, changed: [...changed], before });
    try {
      localStorage.setItem(this.#own, text);
      memory().delete(this.#own);
      return true;
    } catch {
      // An older one stays: better that than nothing, should the page end now.
      memory().set(this.#own, text);
      return false;
    }
  }

  /** The draft of this form. */
  own() {
    return asDraft(textAt(this.#own));
  }

  drop() {
    dropAt(this.#own);
  }

  /** What other forms of this exercise have left. @returns {{name: string, text: string, draft: Draft}[]} */
  others() {
    const names = namesOf(this.#place, this.#path).filter((name) => name !== this.#own);
    return names.flatMap((name) => {
      const text = textAt(name);
      const draft = asDraft(text);
      return draft && text ? [{ name, text, draft }] : [];
    });
  }

  /** What was left, and is kept now, goes; not what was changed since. @param {{name: string, text: string}[]} left */
  dropOthers(left) {
    for (const { name, text } of left) {
      if (textAt(name) === text) dropAt(name);
    }
  }
}

/** @param {string} place @param {string} path */
const nameOfDraft = (place, path) => `allyship-unsaved:${place}:${path}`;

/**
 * The names of all drafts of a place, or of one exercise. An earlier version had one for each
 * exercise, without what makes each form's its own.
 * @param {string} place
 * @param {string} path
 */
function namesOf(place, path) {
  const start = nameOfDraft(place, path);
  return [...new Set([...namesInStore(), ...memory().keys()])].filter((name) =>
    path ? name === start || name.startsWith(`${start}:`) : name.startsWith(start),
  );
}

function namesInStore() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

/** What is only in memory is newer than what was kept before the browser refused. @param {string} name */
function textAt(name) {
  try {
    return memory().get(name) ?? localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name */
function dropAt(name) {
  memory().delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    // Then nothing is kept there either.
  }
}

/** @param {string | null} text @returns {Draft | undefined} */
function asDraft(text) {
  try {
    const { note, changed, before } = JSON.parse(text ?? "");
    if (!isRecord(note.answers)) return undefined;
    return { note, changed: new Set(changed), before };
  } catch {
    return undefined;
  }
}

/**
 * Bring what was left together with what is kept. Of a field that nobody else has changed since, it
 * is the last word. Else somebody went on elsewhere, and no clock can say who came last: what is
 * kept counts, but nothing that was written is lost.
 * @param {Rule} rule
 * @param {Draft} draft
 * @param {Note | null} kept
 * @returns {Note}
 */
export function rescue(rule, { note, changed, before }, kept) {
  const now = kept ?? EMPTY;
  /** @type {Answers} */
  const answers = { ...now.answers };
  for (const id of [...changed].filter((name) => !name.startsWith("/"))) {
    const later = own(answers, id);
    const mine = own(note.answers, id);
    if (before && same(later, own(before.answers, id))) answers[id] = mine;
    else
      answers[id] =
        mine === undefined
          ? later
          : joinAnswers(own(rule.fields, id.replace(/@\d.*/u, ""))?.type, mine, later);
    if (answers[id] === undefined) delete answers[id];
  }
  const passed = changed.has("/pass") && before?.passed === now.passed;
  const shared = changed.has("/share") && before?.shared === now.shared;
  return {
    answers,
    passed: (passed ? note : now).passed,
    shared: (shared ? note : now).shared,
  };
}

/** @param {string} type @param {unknown} earlier @param {unknown} later */
function joinAnswers(type, earlier, later) {
  if (later === undefined) return earlier;
  return own(TYPES, type)?.join?.(earlier, later) ?? later;
}
