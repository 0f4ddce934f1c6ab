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

/** Where drafts of a place (a site, a journal on a server) are in the browser's store. */
export const draftsOf = (/** @type {string} */ place) => `allyship-unsaved:${place}:`;

/** The drafts of one exercise: each form that shows it has one. */
export class Drafts {
  #all;
  #own;

  /** @param {string} place  where it is kept @param {string} path  module/exercise */
  constructor(place, path) {
    this.#all = `${draftsOf(place)}${path}`;
    this.#own = `${this.#all}:${Math.random().toString(36).slice(2)}`;
  }

  /** @param {Draft} draft @returns {boolean} whether this browser keeps it */
  put({ note, changed, before }) {
    const text = JSON.stringify({ note, changed: [...changed], before });
    try {
      localStorage.setItem(this.#own, text);
      memory().delete(this.#own);
      return true;
    } catch {
      // An older one must not come back in its place.
      removeAt(this.#own);
      memory().set(this.#own, text);
      return false;
    }
  }

  /** The draft of this form. */
  own() {
    return asDraft(textAt(this.#own));
  }

  drop() {
    removeAt(this.#own);
    memory().delete(this.#own);
  }

  /** What other forms of this exercise have left. @returns {{name: string, text: string, draft: Draft}[]} */
  others() {
    const names = [...namesInStore(), ...memory().keys()].filter(
      (name) => name !== this.#own && (name === this.#all || name.startsWith(`${this.#all}:`)),
    );
    return names.flatMap((name) => {
      const text = textAt(name);
      const draft = asDraft(text);
      return draft && text ? [{ name, text, draft }] : [];
    });
  }

  /** What was left, and is kept now, goes; not what was changed since. @param {{name: string, text: string}[]} left */
  dropOthers(left) {
    for (const { name, text } of left) {
      if (textAt(name) !== text) continue;
      removeAt(name);
      memory().delete(name);
    }
  }
}

function namesInStore() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

/** @param {string} name */
function textAt(name) {
  try {
    return localStorage.getItem(name) ?? memory().get(name) ?? null;
  } catch {
    return memory().get(name) ?? null;
  }
}

/** @param {string} name */
function removeAt(name) {
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
        mine === undefined ? later : joinAnswers(own(rule.fields, id)?.type, mine, later);
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
