/**
 * The same questions on another day: the new answer gets that day, and the earlier ones stand beside
 * it. A field shows one answer at a time; data-entry names its day where it is not the first.
 *
 * @import { FieldText } from "./fields.mjs"
 * @import { Answers } from "./rule.mjs"
 *
 * @typedef {{field: HTMLElement, id: string, day: HTMLElement, past: HTMLDetailsElement,
 *   again: HTMLButtonElement}} Part  a field, and what is put into it here
 */

import { dayHere } from "./days.mjs";
import { all, make, setText } from "./dom.mjs";
import { entriesOf, firstDay } from "./entries.mjs";
import { dayInWords } from "./fields.mjs";
import { keyOf, read, show, typeOf, write } from "./form.mjs";
import { inWords } from "./in-words.mjs";
import { own } from "./values.mjs";
import { plural } from "./words.mjs";

const WHOLE = "as-a-whole";
const AGAIN = "Answer this again, today";
const SUMMARY = "What you answered before";

/** The forms that have it already. @type {WeakSet<HTMLElement>} */
const offered = new WeakSet();

/**
 * Let somebody answer anew on another day, where the author wants that.
 * @param {HTMLElement} form
 * @param {Answers} before  what stood in the form when it was begun
 * @param {AbortSignal} [signal]
 */
export function offerAgain(form, before, signal) {
  if (!form.dataset.again || offered.has(form)) return;
  offered.add(form);
  const again = new Again(form, before);
  again.stamp();
  form.addEventListener("input", () => again.stamp());
  form.addEventListener("ac-shown", () => again.show());
  // A page may stay open for weeks.
  document.addEventListener("visibilitychange", () => again.settle(), { signal });
  again.settle();
  again.show();
}

class Again {
  #form;
  #parts;
  /** @type {Record<string, FieldText>} */
  #texts;
  /** Fields whose first answer is begun now. @type {Set<string>} */
  #fresh;
  /** What was deleted here, and can be brought back. @type {Map<string, unknown>} */
  #deleted = new Map();

  /** @param {HTMLElement} form @param {Answers} before */
  constructor(form, before) {
    this.#form = form;
    this.#texts = JSON.parse(form.dataset.texts ?? "{}");
    this.#parts = all(form, "[data-field]").map((field) => this.#furnish(field));
    const ids = this.#parts.map(({ id }) => id);
    this.#fresh = new Set(ids.filter((id) => own(before, id) === undefined));
  }

  get #whole() {
    return this.#form.dataset.again === WHOLE;
  }

  get #answers() {
    return read(this.#form).answers;
  }

  /** @param {HTMLElement} field @returns {Part} */
  #furnish(field) {
    const day = make("p", { className: "ac-day", hidden: true });
    const past = make("details", { className: "ac-past", hidden: true });
    past.append(make("summary"), make("ul"));
    const again = make("button", { type: "button", className: "ac-tool", hidden: true });
    again.textContent = AGAIN;
    const question = field.querySelector("label > span, legend > span")?.textContent;
    again.setAttribute("aria-label", `${AGAIN}: ${question}`);
    const control = field.querySelector(":scope > :is(textarea, input)");
    if (control) control.before(day);
    else field.querySelector(".ac-hint, legend")?.after(day);
    field.append(again, past);
    const part = { field, id: field.dataset.field ?? "", day, past, again };
    again.addEventListener("click", () => this.#begin(part));
    return part;
  }

  /** Turn to the answers of today where there are earlier ones. */
  settle() {
    const answers = this.#answers;
    const has = (/** @type {Part} */ { id }) => entriesOf(answers, id).some(isEarlier);
    const later = (/** @type {Part} */ { id }) =>
      namedEntries(answers, id).some(({ key }) => key !== id);
    const turns = this.#whole && this.#parts.some(has);
    const turned = this.#parts.filter((part) => turns || part.field.dataset.entry || later(part));
    for (const part of turned.filter(({ field }) => field.dataset.entry !== dayHere())) {
      this.#turn(part.field);
      const rests = !this.#whole && typeOf(this.#form, part.field).read(part.field) === undefined;
      part.field.toggleAttribute("data-rests", rests);
      part.past.open = rests || this.#whole;
    }
    if (turned.length) show(this.#form, true);
  }

  /** Show today's answer in a field; the one that it showed stays as it is. @param {HTMLElement} field */
  #turn(field) {
    const note = read(this.#form);
    field.dataset.entry = dayHere();
    write(this.#form, note);
  }

  /** @param {Part} part */
  #begin({ field, past }) {
    if (!field.dataset.entry) this.#turn(field);
    field.removeAttribute("data-rests");
    past.open = false;
    show(this.#form, true);
    /** @type {HTMLElement | null} */
    const control = field.querySelector("textarea, input, select");
    control?.focus();
  }

  /** Keep the day of first answers that are begun now. */
  stamp() {
    for (const { field, id } of this.#parts.filter(({ field: { dataset } }) => !dataset.entry)) {
      const answered = typeOf(this.#form, field).read(field) !== undefined;
      if (answered && this.#fresh.delete(id)) this.#put(firstDay(id), dayHere());
    }
  }

  /** Put in an answer that no field shows, or take it out. @param {string} key @param {unknown} value */
  #put(key, value) {
    const note = read(this.#form);
    const { [key]: _, ...rest } = note.answers;
    const answers = value === undefined ? rest : { ...rest, [key]: value };
    write(this.#form, { ...note, answers });
    this.#form.dispatchEvent(new CustomEvent("ac-changed", { detail: [key] }));
  }

  /** Show what is earlier, and what can be done. */
  show() {
    const answers = this.#answers;
    for (const part of this.#parts) {
      const { field, id, day, again } = part;
      const key = keyOf(field);
      const others = namedEntries(answers, id).filter((one) => one.key !== key);
      const { entry } = field.dataset;
      setText(day, entry ? `Today, ${dayInWords(entry)}` : "");
      day.hidden = !entry || field.hasAttribute("data-rests");
      const here = own(answers, key);
      // Emptied, it is begun anew; with a day from elsewhere, it is not begun here.
      if (!entry && here === undefined && this.#form.hasAttribute("data-known"))
        this.#fresh.add(id);
      else if (own(answers, firstDay(id)) !== undefined) this.#fresh.delete(id);
      const old = !entry && here !== undefined && own(answers, firstDay(id)) !== dayHere();
      again.hidden = this.#whole || !(old || field.hasAttribute("data-rests"));
      this.#showPast(part, others);
    }
  }

  /** @param {Part} part @param {NamedEntry[]} others */
  #showPast({ id, past }, others) {
    const gone = [...this.#deleted.keys()].filter((key) => key === id || key.startsWith(`${id}@`));
    const count = plural(others.length, "time");
    setText(past.querySelector("summary"), others.length ? `${SUMMARY}: ${count}` : SUMMARY);
    past.hidden = !others.length && !gone.length;
    const list = past.querySelector("ul");
    const items = [
      ...others.map((one) => this.#item(id, one)),
      ...gone.map((key) => this.#goneItem(key)),
    ];
    const same = items.map((item) => item.textContent).join("\n");
    // What is read, or has the focus, is not made anew.
    if (!list || list.dataset.shows === same) return;
    list.dataset.shows = same;
    list.replaceChildren(...items);
  }

  /** @param {string} id @param {NamedEntry} entry */
  #item(id, { key, day, value }) {
    const when = day ? dayInWords(day) : "The first time";
    const text = own(this.#texts, id) ?? { type: "", label: "" };
    const lines = inWords(text, value).map((line) => make("p", { textContent: line, dir: "auto" }));
    const remove = make("button", { type: "button", className: "ac-tool", textContent: "Delete" });
    remove.setAttribute("aria-label", `Delete the answer: ${when}`);
    remove.addEventListener("click", () => {
      this.#deleted.set(key, value);
      this.#put(key, undefined);
    });
    return make("li", {}, make("b", { textContent: when }), ...lines, remove);
  }

  /** @param {string} key */
  #goneItem(key) {
    const back = make("button", { type: "button", className: "ac-tool" });
    back.textContent = "Bring it back";
    back.addEventListener("click", () => {
      const value = this.#deleted.get(key);
      this.#deleted.delete(key);
      this.#put(key, value);
    });
    return make("li", {}, make("p", { textContent: "Deleted." }), back);
  }
}

/** @typedef {{key: string, day: string, value: unknown}} NamedEntry */

/** @param {{day: string}} entry */
const isEarlier = ({ day }) => day !== dayHere();

/**
 * The answers to a field, with the names under which they are kept.
 * @param {Answers} answers
 * @param {string} id
 * @returns {NamedEntry[]}
 */
const namedEntries = (answers, id) =>
  entriesOf(answers, id).map((entry, i) => {
    const first = i === 0 && own(answers, id) !== undefined;
    return { key: first ? id : `${id}@${entry.day}`, ...entry };
  });
