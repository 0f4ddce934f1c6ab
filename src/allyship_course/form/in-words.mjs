/**
 * Answers in the words of the form: ids become the labels that they stand for. Python has the same
 * (form/__init__.py); both run against tests/vectors/in-words.yml.
 *
 * @import { FieldText } from "./fields.mjs"
 */

import { TYPES } from "./fields.mjs";
import { isRecord, own, textOf } from "./values.mjs";

/**
 * An answer as lines. It may be anything at all: what no form of ours sends is shown as it is.
 * @param {FieldText} text
 * @param {unknown} value
 * @returns {string[]}
 */
export function inWords(text, value) {
  if (Array.isArray(value)) return value.flatMap((one) => inWords(text, one));
  if (isRecord(value)) {
    const lines = own(TYPES, text.type)?.inWords?.(text, value) ?? parts(text, value);
    return lines.flatMap(linesOf);
  }
  const words = textOf(value);
  return linesOf(own(text.labels, words) ?? words);
}

/** @param {FieldText} text @param {Record<string, unknown>} record */
const parts = (text, record) =>
  Object.entries(record).map(([id, value]) => {
    const words = inWords(text, value).join(", ");
    return `${own(text.parts, id) ?? id}: ${words}`;
  });

/** @param {string} text @returns {string[]} */
function linesOf(text) {
  const written = text.replace(/[\r\n]+$/u, "");
  return written ? written.split(/\r\n?|\n/u) : [];
}
