/**
 * The field types: one object for each. To add a type, add its object and name it in TYPES.
 *
 * @typedef {{type: string, required: boolean, options?: string[], steps?: number,
 *   cards?: string[], categories?: string[], min_words?: number, at_least?: number, none?: boolean,
 *   items?: string[], columns?: string[], phrases?: string[], ratings?: string[]}} FieldRule
 *   what completion needs to know of a field
 * @typedef {{type: string, label: string, private?: boolean, labels?: Record<string, string>,
 *   parts?: Record<string, string>}} FieldText  a field's words, and what ids in its answer stand for
 *
 * @typedef {object} FieldType
 * @property {(rule: FieldRule, value: unknown) => boolean} answered  whether a value, which may be
 *   anything at all, answers the field
 * @property {(field: HTMLElement) => unknown} read  the answer, undefined if there is none
 * @property {(field: HTMLElement, value: unknown) => void} write
 * @property {(field: HTMLElement, control: Element) => void} [settle]  what else changes with a control
 * @property {(field: HTMLElement, rule: FieldRule, quietly: boolean) => void} [show]  what follows
 * @property {(field: HTMLElement) => string} words  the answer as a part of a composed text
 * @property {(text: FieldText, part: Record<string, unknown>) => string[]} [inWords]  an object in an
 *   answer, as lines; without it, one line for each of its parts
 * @property {(earlier: unknown, later: unknown) => unknown} [join]  one answer out of two that are of
 *   one kind, such that nothing written is lost
 */

import { showChips } from "./chips.mjs";
import {
  addRow,
  cells,
  check,
  checked,
  excludeNone,
  fill,
  input,
  labelsInWords,
  rowsOf,
  selects,
  showConsequences,
  textarea,
  tick,
  ticked,
} from "./controls.mjs";
import { all, setText } from "./dom.mjs";
import { dayOf, isRecord, own, same, textOf } from "./values.mjs";
import { countWords, plural } from "./words.mjs";

/**
 * How many different ones of ``ids`` stand in a list that may hold anything.
 * @param {unknown} value
 * @param {string[]} [ids]
 */
const known = (value, ids = []) =>
  Array.isArray(value) ? new Set(value.filter((one) => ids.includes(one))).size : 0;

/** @param {unknown} value */
const isNone = (value) => Array.isArray(value) && value.length === 1 && value[0] === "none";

/**
 * Two texts as one; nothing is doubled if one holds the other.
 * @param {unknown} earlier
 * @param {unknown} later
 * @param {string} between
 */
function joinTexts(earlier, later, between) {
  if (typeof earlier !== "string" || typeof later !== "string") return later;
  if (later.includes(earlier)) return later;
  return earlier.includes(later) ? earlier : `${later}${between}${earlier}`;
}

/** @param {HTMLElement} scope @param {boolean} quietly */
function showChosen(scope, quietly) {
  const value = checked(scope);
  showConsequences(scope, value === undefined ? [] : [value], quietly);
}

/** @param {HTMLElement} field @param {FieldRule} _rule @param {boolean} quietly */
const showTicked = (field, _rule, quietly) => showConsequences(field, ticked(field) ?? [], quietly);

/** A place in a row; what is no number comes last. @param {unknown} place */
const numberOf = (place) => (typeof place === "number" ? place : Number.MAX_VALUE);

/** @param {Element} field */
const cardsOf = (field) => all(field, "[data-card]");

/** @type {FieldType} */
const choice = {
  answered: (rule, value) => typeof value === "string" && (rule.options ?? []).includes(value),
  read: checked,
  write: check,
  show: (field, _rule, quietly) => showChosen(field, quietly),
  words: labelsInWords,
};

/** @type {FieldType} */
const choices = {
  answered: (rule, value) =>
    (rule.none && isNone(value)) || known(value, rule.options) >= (rule.at_least ?? 1),
  read: ticked,
  write: tick,
  settle: excludeNone,
  show: showTicked,
  words: labelsInWords,
};

/** @type {FieldType} */
const scale = {
  answered: (rule, value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= (rule.steps ?? 0),
  read: (field) => (checked(field) ? Number(checked(field)) : undefined),
  write: check,
  words: labelsInWords,
};

/** @type {FieldType} */
const sort = {
  answered: (rule, value) =>
    isRecord(value) &&
    (rule.cards ?? []).every((card) => (rule.categories ?? []).includes(own(value, card))),
  read: (field) => {
    const placed = cardsOf(field).map((card) => [card.dataset.card, checked(card)]);
    const entries = placed.filter(([, place]) => place !== undefined);
    return entries.length ? Object.fromEntries(entries) : undefined;
  },
  write: (field, value) => {
    for (const card of cardsOf(field)) check(card, own(value, card.dataset.card ?? ""));
  },
  show: (field, _rule, quietly) => {
    for (const card of cardsOf(field)) showChosen(card, quietly);
  },
  words: (field) =>
    cardsOf(field)
      .filter((card) => checked(card))
      .map((card) => `- ${card.querySelector("legend")?.textContent}: ${labelsInWords(card)}`)
      .join("\n"),
};

/** @type {FieldType} */
const order = {
  answered: (rule, value) => {
    const places = (rule.items ?? []).map((item) => own(value, item));
    return places.every((_, i) => places.includes(i + 1));
  },
  read: (field) => {
    const placed = selects(field).filter((select) => select.value);
    return placed.length
      ? Object.fromEntries(placed.map((select) => [select.dataset.item, Number(select.value)]))
      : undefined;
  },
  write: (field, value) => {
    for (const select of selects(field)) {
      const place = own(value, select.dataset.item ?? "");
      select.value = select.dataset.was = Number.isInteger(place) ? String(place) : "";
    }
  },
  // Whoever had the place that is now taken gets the one that became free.
  settle: (field, control) => {
    const select = /** @type {HTMLSelectElement} */ (control);
    const other = selects(field).find((s) => s !== select && s.value && s.value === select.value);
    if (other) other.value = other.dataset.was = select.dataset.was ?? "";
    select.dataset.was = select.value;
  },
  show: (field, _rule, quietly) => {
    const first = selects(field).find((select) => select.value === "1");
    showConsequences(field, first?.dataset.item ? [first.dataset.item] : [], quietly);
  },
  words: (field) =>
    selects(field)
      .filter((select) => select.value)
      .sort((a, b) => Number(a.value) - Number(b.value))
      .map((select) => `${select.value}. ${select.labels[0].textContent}`)
      .join("\n"),
  inWords: (text, places) =>
    Object.entries(places)
      .filter(([, place]) => textOf(place))
      .sort(([, a], [, b]) => numberOf(a) - numberOf(b))
      .map(([item, place]) => `${textOf(place)}. ${own(text.labels, item) ?? item}`),
};

/** @type {FieldType} */
const text = {
  answered: (rule, value) =>
    typeof value === "string" && countWords(value) >= (rule.min_words ?? 1),
  read: (field) => textarea(field).value || undefined,
  write: (field, value) => fill(textarea(field), value),
  show: (field, rule) => {
    const count = countWords(textarea(field).value);
    const more = (rule.min_words ?? 1) - count;
    const missing = count && more > 0 ? `, ${more} more to complete it` : "";
    setText(field.querySelector(".ac-count"), count ? `${plural(count, "word")}${missing}` : "");
  },
  words: (field) => textarea(field).value.trim(),
  join: (earlier, later) => joinTexts(earlier, later, "\n\n"),
};

/** @type {FieldType} */
const line = {
  answered: (_rule, value) => typeof value === "string" && countWords(value) > 0,
  read: (field) => input(field).value || undefined,
  write: (field, value) => fill(input(field), value),
  words: (field) => input(field).value.trim(),
  join: (earlier, later) => joinTexts(earlier, later, " / "),
};

/** @type {FieldType} */
const date = {
  answered: (_rule, value) => typeof value === "string" && dayOf(value) !== null,
  read: (field) => input(field).value || undefined,
  write: (field, value) => {
    input(field).value = typeof value === "string" && dayOf(value) ? value : "";
  },
  words: (field) => dayInWords(input(field).value),
};

/** @type {FieldType} */
const list = {
  answered: (rule, value) => {
    const rows = Array.isArray(value) ? value.filter(isRecord) : [];
    /** @param {unknown} cell */
    const filled = (cell) => typeof cell === "string" && countWords(cell) > 0;
    const begun = rows.filter((row) => (rule.columns ?? []).some((id) => filled(own(row, id))));
    return begun.length >= (rule.at_least ?? 1);
  },
  read: (field) => {
    const rows = rowsOf(field).map((row) =>
      Object.fromEntries(cells(row).filter(([, text]) => text)),
    );
    const filled = rows.filter((row) => Object.keys(row).length);
    return filled.length ? filled : undefined;
  },
  write: (field, value) => {
    const rows = Array.isArray(value) ? value : [];
    while (rowsOf(field).length < rows.length) addRow(field);
    for (const [i, row] of rowsOf(field).entries()) {
      for (const area of row.querySelectorAll("textarea")) {
        fill(area, own(rows[i], area.dataset.column ?? ""));
      }
    }
  },
  show: showChips,
  words: (field) =>
    rowsOf(field)
      .map((row) => cells(row).flatMap(([, text]) => text.trim() || []))
      .filter((texts) => texts.length)
      .map((texts) => `- ${texts.join(": ")}`)
      .join("\n"),
  inWords: (_text, row) => [Object.values(row).map(textOf).filter(Boolean).join(": ")],
  join: (earlier, later) => {
    if (!Array.isArray(earlier) || !Array.isArray(later)) return later;
    return [...later, ...earlier.filter((row) => !later.some((one) => same(row, one)))];
  },
};

/** @type {FieldType} */
const mark = {
  answered: (rule, value) => isNone(value) || known(value, rule.phrases) > 0,
  read: ticked,
  write: tick,
  settle: excludeNone,
  show: showTicked,
  words: labelsInWords,
};

/** @type {FieldType} */
const recall = {
  answered: (rule, value) => typeof value === "string" && (rule.ratings ?? []).includes(value),
  read: checked,
  write: check,
  words: labelsInWords,
};

/** @type {Record<string, FieldType>} */
export const TYPES = {
  choice,
  choices,
  scale,
  sort,
  order,
  text,
  line,
  date,
  list,
  mark,
  recall,
};

/**
 * A day in the words of the page's language.
 * @param {string} text
 */
export const dayInWords = (text) =>
  dayOf(text)?.toLocaleDateString(document.documentElement.lang || undefined, {
    dateStyle: "long",
    timeZone: "UTC",
  }) ?? "";
