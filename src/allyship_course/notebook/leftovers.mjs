/**
 * What no kernel has kept yet, so that nothing is lost when a notebook stops running: in this page's
 * memory, and in the browser's own store once nobody answers.
 *
 * @import { FieldType } from "../form/fields.mjs"
 * @import { Kept, Names, Note, Rule } from "../form/rule.mjs"
 *
 * @typedef {{note: Note, changed: Names, base: string}} Left  ``base`` says when the note was kept that
 *   the form had before these changes; empty if there was none
 */

import { TYPES } from "../form/fields.mjs";
import { EMPTY, merge } from "../form/rule.mjs";
import { isRecord, own } from "../form/values.mjs";

const MEMORY = Symbol.for("allyship-unsaved");

/**
 * What is left of each exercise, for the form that takes the place of this one when the notebook
 * is run again. In this page's memory, where every widget's copy of this module sees it.
 * @returns {Map<string, Left>}
 */
export function unsaved() {
  const page = /** @type {Record<symbol, Map<string, Left> | undefined>} */ (
    /** @type {unknown} */ (globalThis)
  );
  page[MEMORY] ??= new Map();
  return page[MEMORY];
}

/** What is left of one exercise, in the browser's own store. */
export class Leftovers {
  #name;

  /**
   * @param {string} journal  where the kernel keeps it
   * @param {string} path  module/exercise
   */
  constructor(journal, path) {
    this.#name = `allyship-unsaved:${server()}:${journal}:${path}`;
  }

  /** @param {Left} left @returns {boolean} whether it can be kept */
  keep(left) {
    try {
      localStorage.setItem(this.#name, JSON.stringify({ ...left, changed: [...left.changed] }));
      return true;
    } catch {
      return false;
    }
  }

  /** @returns {Left | undefined} */
  get() {
    try {
      const left = JSON.parse(localStorage.getItem(this.#name) ?? "");
      return isRecord(left.note.answers) ? { ...left, changed: new Set(left.changed) } : undefined;
    } catch {
      return undefined;
    }
  }

  remove() {
    try {
      localStorage.removeItem(this.#name);
    } catch {
      // Then nothing is kept there either.
    }
  }
}

/** Whose server this is: learners of one hub may sit at the same browser, one after the other. */
function server() {
  try {
    const config = document.getElementById("jupyter-config-data")?.textContent ?? "{}";
    return JSON.parse(config).baseUrl ?? "";
  } catch {
    return "";
  }
}

/**
 * Bring what is left together with what is kept. If nothing was kept since the form was filled, what
 * is left is the last word. Else somebody went on elsewhere, and no clock can say who came last:
 * what is kept counts, but nothing that was written is lost.
 * @param {Rule} rule
 * @param {Left} left
 * @param {Kept | null} kept
 * @returns {Note}
 */
export function rescue(rule, left, kept) {
  if (!kept || kept.saved === left.base) return merge(left.note, kept ?? EMPTY, left.changed);
  const answers = { ...kept.answers };
  for (const id of left.changed) {
    const mine = own(left.note.answers, id);
    const later = own(answers, id);
    const type = own(TYPES, own(rule.fields, id)?.type);
    if (mine !== undefined) answers[id] = later === undefined ? mine : join(type, mine, later);
  }
  return { ...kept, answers };
}

/** @param {FieldType | undefined} type @param {unknown} earlier @param {unknown} later */
const join = (type, earlier, later) => type?.join?.(earlier, later) ?? later;
