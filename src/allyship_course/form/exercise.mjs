// @ts-check
/**
 * One exercise, wherever its form stands: on a published page, where answers stay in this
 * browser, or in Jupyter (as an anywidget), where they go to the learner's kernel.
 *
 * The form is complete HTML before this runs. This module keeps answers, shows what a
 * choice leads to, counts, and says how far somebody has come. First the rule of completion
 * (the same as completion.py; both run against tests/vectors), then the field types, then
 * the form, then where answers are kept on a page. For Jupyter, notebook.mjs is put behind it.
 *
 * @typedef {{type: string, required: boolean, options?: string[], steps?: number,
 *   cards?: string[], categories?: string[], min_words?: number, at_least?: number, none?: boolean,
 *   items?: string[], columns?: string[], phrases?: string[], ratings?: string[]}} FieldRule
 * @typedef {{id: string, fields: string[], next: string[]}} StepRule
 * @typedef {{fields: Record<string, FieldRule>, steps: StepRule[]}} Rule
 * @typedef {Record<string, any>} Answers  field id to value
 * @typedef {{answers: Answers, passed: boolean, shared: boolean}} Note
 * @typedef {{complete: boolean, passed: boolean, done: number, required: number}} Completion
 * @typedef {Set<string>} Names  of fields, and of the two boxes: "/pass", "/share"
 * @typedef {{load: () => Promise<Note | null>, saved: string,
 *   save: (note: Note, changed: Names) => Promise<string[]>,
 *   other: (path: string) => Promise<Note | null>,
 *   onOther: (take: (note: Note | null) => void) => void}} Store
 */

const SPACE = "\\t-\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
const UNSPACED =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff";
const WORD = new RegExp(`[${UNSPACED}]|[^${SPACE}${UNSPACED}]+`, "gu");
const SCHEMA = 1;
/** @type {Note} */
const EMPTY = { answers: {}, passed: false, shared: false };

/** @param {string} text */
export const countWords = (text) => (text.match(WORD) ?? []).length;

/**
 * Reduce answers to the names of answered fields and the words of each text.
 * @param {Rule} rule
 * @param {Answers} answers
 */
export function answered(rule, answers) {
  const entries = Object.entries(rule.fields);
  const fields = entries
    .filter(([id, field]) => types[field.type].answered(field, own(answers, id)))
    .map(([id]) => id);
  /** @type {Record<string, number>} */
  const words = {};
  for (const [id, field] of entries) {
    const value = own(answers, id);
    const count = field.type === "text" && typeof value === "string" ? countWords(value) : 0;
    if (count) words[id] = count;
  }
  return { fields, words };
}

/**
 * How complete an exercise is when these fields are answered: some route from the first step
 * to an end must be answered throughout.
 * @param {Rule} rule
 * @param {string[]} answeredFields
 * @param {boolean} passed
 * @returns {Completion}
 */
export function completion(rule, answeredFields, passed = false) {
  /** Least [open, required] from each step to the end. @type {Map<string, number[]>} */
  const toEnd = new Map([["end", [0, 0]]]);
  for (const _ of rule.steps) {
    for (const step of rule.steps) {
      const onward = step.next.flatMap((id) => (toEnd.has(id) ? [toEnd.get(id) ?? []] : []));
      if (!onward.length) continue;
      const best = onward.reduce((a, b) => (b[0] < a[0] || (b[0] === a[0] && b[1] < a[1]) ? b : a));
      const required = step.fields.filter((id) => rule.fields[id].required);
      const open = required.filter((id) => !answeredFields.includes(id));
      toEnd.set(step.id, [open.length + best[0], required.length + best[1]]);
    }
  }
  const [left, total] = toEnd.get(rule.steps[0].id) ?? [0, 0];
  return { complete: passed || left === 0, passed, done: total - left, required: total };
}

/** Look up an own property only: answers come from files that anybody may have edited.
 * @param {Record<string, any>} object @param {string} key */
const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);

// ---------------------------------------------------------------- field types

/** @param {Element} scope @returns {HTMLInputElement[]} */
const radios = (scope) => [...scope.querySelectorAll("input")].filter((i) => i.type === "radio");
/** @param {Element} scope */
const checked = (scope) => radios(scope).find((radio) => radio.checked)?.value;
/** @param {Element} scope */
const chosen = (scope) => radios(scope).flatMap((radio) => (radio.checked ? [radio.value] : []));
/** @param {Element} scope @param {unknown} value */
const check = (scope, value) => {
  const wanted = ["string", "number"].includes(typeof value) ? String(value) : "";
  for (const radio of radios(scope)) radio.checked = radio.value === wanted;
};
/** @param {Element} scope @returns {HTMLElement[]} */
const cardsOf = (scope) => [...scope.querySelectorAll("[data-card]")].map((c) => /** @type {HTMLElement} */ (c));

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** @param {unknown} value */
const isNone = (value) => Array.isArray(value) && value.length === 1 && value[0] === "none";
/** How many different ones of ``ids`` stand in a list that may hold anything.
 * @param {unknown} value @param {string[]} [ids] */
const known = (value, ids = []) =>
  Array.isArray(value) ? new Set(value.filter((v) => ids.includes(v))).size : 0;
/** A day as a Date, or null if there is no such day. @param {string} text */
const dayOf = (text) => {
  const day = new Date(`${text}T00:00:00Z`);
  const real = /^[1-9]\d{3}-\d\d-\d\d$/u.test(text) && !Number.isNaN(day.getTime());
  return real && day.toISOString().startsWith(text) ? day : null;
};
/** @param {string} text */
const dayInWords = (text) =>
  dayOf(text)?.toLocaleDateString(document.documentElement.lang || undefined, {
    dateStyle: "long",
    timeZone: "UTC",
  }) ?? "";

/** @param {Element} scope @returns {HTMLInputElement[]} */
const boxes = (scope) => [...scope.querySelectorAll("input")].filter((i) => i.type === "checkbox");
/** @param {Element} scope */
const ticked = (scope) => {
  const values = boxes(scope).filter((b) => b.checked).map((b) => b.value);
  return values.length ? values : undefined;
};
/** @param {Element} scope @param {unknown} value */
const tick = (scope, value) => {
  for (const b of boxes(scope)) b.checked = Array.isArray(value) && value.includes(b.value);
};
/** "None of these" and the others exclude each other.
 * @param {Element} scope @param {Element} control */
const excludeNone = (scope, control) => {
  const none = /** @type {HTMLInputElement} */ (control).value === "none";
  for (const b of boxes(scope)) if ((b.value === "none") !== none) b.checked = false;
};
/** The labels of what is chosen, for a composed text. @param {Element} scope */
const labelsInWords = (scope) =>
  [...scope.querySelectorAll("input")]
    .filter((i) => i.checked)
    .map((i) => i.labels?.[0]?.textContent ?? "")
    .join("; ");
/** @param {Element} scope @returns {HTMLSelectElement[]} */
const selects = (scope) => [...scope.querySelectorAll("select")];
/** @param {Element} field */
const input = (field) => /** @type {HTMLInputElement} */ (field.querySelector("input"));
/** @param {Element} field @returns {HTMLElement[]} */
const rowsOf = (field) => [...field.querySelectorAll("[data-row]")].map((r) => /** @type {HTMLElement} */ (r));
/** @param {Element} row @returns {[string, string][]} column id and text */
const cells = (row) => [...row.querySelectorAll("textarea")].map((a) => [a.dataset.column ?? "", a.value]);
/** @param {Element} field */
const addRow = (field) => {
  const last = /** @type {HTMLElement} */ (rowsOf(field).at(-1));
  const row = /** @type {HTMLElement} */ (last.cloneNode(true));
  for (const area of row.querySelectorAll("textarea")) area.value = "";
  last.after(row);
  numberRows(field);
  return row;
};
/** @param {Element} row */
const focusRow = (row) => row.querySelector("textarea")?.focus();
/** Take a row away; the last one is only emptied. Focus goes to the row that takes its place.
 * @param {Element} button */
const removeRow = (button) => {
  const field = /** @type {Element} */ (button.closest("[data-field]"));
  const row = /** @type {Element} */ (button.closest("[data-row]"));
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (next) row.remove();
  else for (const area of row.querySelectorAll("textarea")) area.value = "";
  focusRow(next ?? row);
  numberRows(field);
};
/** @param {Element} field */
const numberRows = (field) =>
  rowsOf(field).forEach((row, i) => {
    row.querySelector("[data-remove]")?.setAttribute("aria-label", `Remove row ${i + 1}`);
  });

/**
 * Show the texts that go with what is chosen, in a live region that stands there from the start.
 * On restoring, the region is exchanged for a filled one: a screen reader then does not read
 * out every consequence of last week.
 * @param {Element} scope @param {string[]} values @param {boolean} quietly
 */
function say(scope, values, quietly) {
  const region = scope.querySelector(":scope > .ac-said");
  if (!region) return;
  const texts = [...scope.querySelectorAll(":scope > .ac-all [data-for]")];
  const chosen = texts.filter((text) => {
    const of = text.getAttribute("data-for") ?? "";
    return of === "*" ? values.length : values.includes(of);
  });
  const html = chosen.map((text) => text.innerHTML).join("");
  if (region.innerHTML === html) return;
  const target = quietly ? /** @type {Element} */ (region.cloneNode()) : region;
  target.innerHTML = html;
  if (quietly) region.replaceWith(target);
}

/**
 * @type {Record<string, {
 *   answered: (rule: FieldRule, value: unknown) => boolean,
 *   read: (field: HTMLElement) => unknown,
 *   write: (field: HTMLElement, value: any) => void,
 *   settle?: (field: HTMLElement, control: Element) => void,
 *   words?: (field: HTMLElement) => string,
 *   show?: (field: HTMLElement, rule: FieldRule, quietly: boolean) => void}>}
 */
const types = {
  choice: {
    answered: (rule, value) => (rule.options ?? []).includes(/** @type {string} */ (value)),
    read: checked,
    write: check,
    show: (field, _rule, quietly) => say(field, chosen(field), quietly),
    words: labelsInWords,
  },
  scale: {
    answered: (rule, value) =>
      Number.isInteger(value) && Number(value) >= 1 && Number(value) <= (rule.steps ?? 0),
    read: (field) => (checked(field) ? Number(checked(field)) : undefined),
    write: check,
    words: labelsInWords,
  },
  sort: {
    answered: (rule, value) =>
      isRecord(value) &&
      (rule.cards ?? []).every((card) => (rule.categories ?? []).includes(own(value, card))),
    read: (field) => {
      const placed = cardsOf(field).map((card) => [card.dataset.card, checked(card)]);
      const entries = placed.filter(([, place]) => place !== undefined);
      return entries.length ? Object.fromEntries(entries) : undefined;
    },
    write: (field, value) => {
      for (const card of cardsOf(field)) check(card, own(value ?? {}, card.dataset.card ?? ""));
    },
    show: (field, _rule, quietly) => {
      for (const card of cardsOf(field)) say(card, chosen(card), quietly);
    },
    words: (field) =>
      cardsOf(field)
        .filter((card) => checked(card))
        .map((card) => `- ${card.querySelector("legend")?.textContent}: ${labelsInWords(card)}`)
        .join("\n"),
  },
  text: {
    answered: (rule, value) =>
      typeof value === "string" && countWords(value) >= (rule.min_words ?? 1),
    read: (field) => textarea(field).value || undefined,
    write: (field, value) => {
      const text = typeof value === "string" ? value : "";
      if (textarea(field).value !== text) textarea(field).value = text;
    },
    show: (field, rule) => {
      const count = countWords(textarea(field).value);
      const line = field.querySelector(".ac-count");
      const more = (rule.min_words ?? 1) - count;
      const missing = count && more > 0 ? `, ${more} more to complete it` : "";
      if (line) line.textContent = count ? `${plural(count, "word")}${missing}` : "";
    },
    words: (field) => textarea(field).value.trim(),
  },
  choices: {
    answered: (rule, value) =>
      (rule.none && isNone(value)) || known(value, rule.options) >= (rule.at_least ?? 1),
    read: ticked,
    write: tick,
    settle: excludeNone,
    show: (field, _rule, quietly) => say(field, ticked(field) ?? [], quietly),
    words: labelsInWords,
  },
  order: {
    answered: (rule, value) => {
      const places = (rule.items ?? []).map((item) => isRecord(value) && own(value, item));
      return places.every((_, i) => places.includes(i + 1));
    },
    read: (field) => {
      const placed = selects(field).filter((s) => s.value);
      return placed.length
        ? Object.fromEntries(placed.map((s) => [s.dataset.item, Number(s.value)]))
        : undefined;
    },
    write: (field, value) => {
      for (const select of selects(field)) {
        const place = own(value ?? {}, select.dataset.item ?? "");
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
      const first = selects(field).find((s) => s.value === "1");
      say(field, first?.dataset.item ? [first.dataset.item] : [], quietly);
    },
    words: (field) =>
      selects(field)
        .filter((s) => s.value)
        .sort((a, b) => Number(a.value) - Number(b.value))
        .map((s) => `${s.value}. ${s.labels[0].textContent}`)
        .join("\n"),
  },
  line: {
    answered: (_rule, value) => typeof value === "string" && countWords(value) > 0,
    read: (field) => input(field).value || undefined,
    write: (field, value) => {
      const text = typeof value === "string" ? value : "";
      if (input(field).value !== text) input(field).value = text;
    },
    words: (field) => input(field).value.trim(),
  },
  date: {
    answered: (_rule, value) => typeof value === "string" && dayOf(value) !== null,
    read: (field) => input(field).value || undefined,
    write: (field, value) => {
      input(field).value = typeof value === "string" && dayOf(value) ? value : "";
    },
    words: (field) => dayInWords(input(field).value),
  },
  list: {
    answered: (rule, value) => {
      const rows = Array.isArray(value) ? value.filter(isRecord) : [];
      const filled = rows.filter((row) =>
        (rule.columns ?? []).some((c) => typeof own(row, c) === "string" && countWords(row[c])),
      );
      return filled.length >= (rule.at_least ?? 1);
    },
    read: (field) => {
      const rows = rowsOf(field).map((row) => Object.fromEntries(cells(row).filter(([, text]) => text)));
      const filled = rows.filter((row) => Object.keys(row).length);
      return filled.length ? filled : undefined;
    },
    write: (field, value) => {
      const rows = Array.isArray(value) ? value : [];
      while (rowsOf(field).length < rows.length) addRow(field);
      rowsOf(field).forEach((row, i) => {
        for (const area of row.querySelectorAll("textarea")) {
          const text = own(rows[i] ?? {}, area.dataset.column ?? "");
          if (area.value !== (text ?? "")) area.value = typeof text === "string" ? text : "";
        }
      });
    },
    words: (field) =>
      rowsOf(field)
        .map((row) => cells(row).map(([, text]) => text.trim()).filter(Boolean).join(": "))
        .filter(Boolean)
        .map((text) => `- ${text}`)
        .join("\n"),
  },
  mark: {
    answered: (rule, value) => isNone(value) || known(value, rule.phrases) > 0,
    read: ticked,
    write: tick,
    settle: excludeNone,
    show: (field, _rule, quietly) => say(field, ticked(field) ?? [], quietly),
    words: labelsInWords,
  },
  recall: {
    answered: (rule, value) => (rule.ratings ?? []).includes(/** @type {string} */ (value)),
    read: checked,
    write: check,
    words: labelsInWords,
  },
};

/** @param {Element} field */
const textarea = (field) => /** @type {HTMLTextAreaElement} */ (field.querySelector("textarea"));
/** @param {number} n @param {string} noun */
const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

// ------------------------------------------------------------------- the form

/** @param {HTMLElement} form @returns {HTMLElement[]} */
const fieldsOf = (form) => [...form.querySelectorAll("[data-field]")].map((f) => /** @type {HTMLElement} */ (f));
/** @param {HTMLElement} form @param {string} selector @returns {HTMLInputElement | null} */
const box = (form, selector) => form.querySelector(selector);

/** @type {WeakMap<HTMLElement, Rule>} */
const rules = new WeakMap();
/** @param {HTMLElement} form @returns {Rule} */
export function ruleOf(form) {
  const rule = rules.get(form) ?? JSON.parse(form.dataset.rule ?? "{}");
  rules.set(form, rule);
  return rule;
}

/** Read what the form holds. @param {HTMLElement} form @returns {Note} */
export function read(form) {
  const rule = ruleOf(form);
  /** @type {Answers} */
  const answers = {};
  for (const field of fieldsOf(form)) {
    const id = field.dataset.field ?? "";
    const value = types[rule.fields[id].type].read(field);
    if (value !== undefined) answers[id] = value;
  }
  return {
    answers,
    passed: box(form, "[data-pass]")?.checked ?? false,
    shared: box(form, "[data-share]")?.checked ?? false,
  };
}

/** Put a note into the form. @param {HTMLElement} form @param {Note} note */
export function write(form, note) {
  const rule = ruleOf(form);
  for (const field of fieldsOf(form)) {
    const id = field.dataset.field ?? "";
    types[rule.fields[id].type].write(field, own(note.answers, id));
  }
  const pass = box(form, "[data-pass]");
  const share = box(form, "[data-share]");
  if (pass) pass.checked = note.passed;
  if (share) share.checked = note.shared;
}

/** The last word wins for each field by itself: what was changed here, and all else as kept.
 * Answers to fields that the exercise has no longer stay too.
 * @param {Note} mine @param {Note} kept @param {Names} changed @returns {Note} */
export function merge(mine, kept, changed) {
  const answers = { ...kept.answers };
  for (const name of changed) {
    if (Object.hasOwn(mine.answers, name)) answers[name] = mine.answers[name];
    else delete answers[name];
  }
  return {
    answers,
    passed: (changed.has("/pass") ? mine : kept).passed,
    shared: (changed.has("/share") ? mine : kept).shared,
  };
}

/** @param {Element} control */
const nameOf = (control) =>
  /** @type {HTMLElement | null} */ (control.closest("[data-field]"))?.dataset.field ??
  `/${control.getAttribute("name")}`;

/** The steps that the answers lead through, the first one always among them.
 * @param {HTMLElement} form @param {string[]} answeredFields */
function route(form, answeredFields) {
  const rule = ruleOf(form);
  const steps = [...form.querySelectorAll("[data-step]")].map((s) => /** @type {HTMLElement} */ (s));
  /** @type {string[]} */
  const ids = [];
  let id = steps[0]?.dataset.step;
  while (id && id !== "end" && !ids.includes(id)) {
    ids.push(id);
    const step = steps.find((s) => s.dataset.step === id);
    const fields = rule.steps.find((s) => s.id === id)?.fields ?? [];
    const open = fields.some((f) => rule.fields[f].required && !answeredFields.includes(f));
    const chosen = step && radios(step).find((radio) => radio.checked && radio.dataset.next);
    id = open ? undefined : (chosen?.dataset.next ?? step?.dataset.next);
  }
  return { steps, ids, ended: id === "end" };
}

/** Show what follows from the answers: consequences, counts, steps reached, progress.
 * @param {HTMLElement} form @param {boolean} quietly */
export function show(form, quietly = false) {
  const rule = ruleOf(form);
  const note = read(form);
  for (const field of fieldsOf(form)) {
    const fieldRule = rule.fields[field.dataset.field ?? ""];
    types[fieldRule.type].show?.(field, fieldRule, quietly);
  }
  showExtras(form);
  const found = answered(rule, note.answers);
  const state = completion(rule, found.fields, note.passed);
  const { steps, ids, ended } = route(form, found.fields);
  let opened = "";
  for (const step of steps) {
    const reached = ids.includes(step.dataset.step ?? "");
    if (reached && !step.hasAttribute("data-reached")) opened = step.querySelector("h4")?.textContent ?? "";
    step.toggleAttribute("data-reached", reached);
  }
  form.toggleAttribute("data-ended", !steps.length || ended);
  if (opened && !quietly) setText(form, ".ac-announce", `It goes on below: ${opened}`);
  form.toggleAttribute("data-complete", state.complete);
  setText(form, ".ac-progress", inWords(state, steps.length > 0));
}

/** @param {Completion} state @param {boolean} branches */
function inWords(state, branches) {
  if (state.passed) return "Left out by choice. It counts as complete.";
  if (state.complete) return "Complete.";
  if (!state.done) return "Nothing answered yet.";
  return branches ? `${plural(state.done, "answer")} so far.` : `${state.done} of ${state.required} answered.`;
}

/** @param {HTMLElement} form @param {string} selector @param {string} text */
function setText(form, selector, text) {
  const element = form.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}

// ------------------------------------- what a form makes of its answers: chart, text, dates

/** @param {HTMLElement} form */
function showExtras(form) {
  const fields = new Map(fieldsOf(form).map((field) => [field.dataset.field ?? "", field]));
  const rule = ruleOf(form);
  /** @param {string} id */
  const words = (id) => {
    const field = fields.get(id);
    return (field && types[rule.fields[id].type].words?.(field)) || "__________";
  };
  const composed = /** @type {HTMLElement | null} */ (form.querySelector("[data-template]"));
  const text = composed?.dataset.template?.replace(/\{([a-z0-9-]+)\}/gu, (_, id) => words(id));
  if (composed && text !== undefined && composed.textContent !== text) composed.textContent = text;
  for (const row of form.querySelectorAll("[data-scale]")) {
    const field = fields.get(row.getAttribute("data-scale") ?? "");
    draw(row, "now", field && Number(checked(field)));
  }
  for (const event of form.querySelectorAll("[data-day]")) {
    const field = fields.get(event.getAttribute("data-day") ?? "");
    const day = field ? dayInWords(input(field).value) : "";
    const when = event.querySelector(".ac-when");
    if (when) when.textContent = `: ${day || "no date yet"}`;
  }
}

/** Put a number into a chart's row, and draw it. @param {Element} row @param {string} which
 * @param {unknown} value */
function draw(row, which, value) {
  const steps = Number(row.getAttribute("data-steps"));
  const step = Number.isInteger(value) && Number(value) <= steps ? Number(value) : 0;
  const cell = row.querySelector(`[data-${which}]`);
  if (cell) cell.textContent = step ? String(step) : "–";
  const bar = /** @type {HTMLElement | null} */ (row.querySelector(`.ac-${which}`));
  if (bar) bar.style.inlineSize = `${(100 * step) / steps}%`;
}

/** Show what the learner wrote elsewhere: earlier answers, the first round of an inventory.
 * @param {HTMLElement} form @param {Store} store */
async function showEarlier(form, store) {
  const profile = /** @type {HTMLElement | null} */ (form.querySelector("[data-compare]"));
  const before = profile?.dataset.compare ? await store.other(profile.dataset.compare) : null;
  for (const row of form.querySelectorAll("[data-scale]")) {
    draw(row, "then", own(before?.answers ?? {}, row.getAttribute("data-scale") ?? ""));
  }
  for (const place of form.querySelectorAll("[data-earlier]")) {
    const [module, exercise, field] = (place.getAttribute("data-earlier") ?? "").split("/");
    const note = await store.other(`${module}/${exercise}`);
    const value = own(note?.answers ?? {}, field);
    const labels = JSON.parse(place.getAttribute("data-labels") ?? "{}");
    const rows = [value ?? []].flat().map((row) => (isRecord(row) ? Object.values(row).join(": ") : row));
    const quote = place.querySelector("blockquote");
    if (quote) quote.textContent = rows.map((row) => own(labels, String(row)) ?? row).join("\n");
    place.toggleAttribute("hidden", !quote?.textContent);
  }
}


/** Copy the composed text; where the browser does not allow it, select it to be copied by hand.
 * @param {HTMLElement} form */
async function copyComposed(form) {
  const composed = form.querySelector("[data-template]");
  if (!composed) return;
  try {
    await navigator.clipboard.writeText(composed.textContent ?? "");
    setText(form, ".ac-compose .ac-copied", "Copied.");
  } catch {
    getSelection()?.selectAllChildren(composed);
    setText(form, ".ac-compose .ac-copied", "The text is selected: copy it with Ctrl+C or Cmd+C.");
  }
}

/** The follow-ups of a form that have a day: [day as YYYYMMDD, title].
 * @param {HTMLElement} form @returns {[string, string][]} */
function followUps(form) {
  const rows = [...form.querySelectorAll("[data-event]")].map((e) => /** @type {HTMLElement} */ (e));
  return rows.flatMap((event) => {
    const { weeks, day: field } = event.dataset;
    const control = fieldsOf(form).find((f) => f.dataset.field === field);
    const today = new Date();
    today.setMinutes(today.getMinutes() - today.getTimezoneOffset());
    const day = weeks
      ? new Date(today.getTime() + Number(weeks) * 7 * 86400000)
      : control && dayOf(input(control).value);
    if (!day) return [];
    return [[day.toISOString().slice(0, 10).replaceAll("-", ""), event.dataset.event ?? ""]];
  });
}

/** A calendar file (RFC 5545): whole days, lines of at most 75 octets.
 * @param {[string, string][]} events */
export function calendarFile(events) {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/gu, "");
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Allyship course//EN"];
  for (const [day, title] of events) {
    const summary = title.replace(/[\\;,]/gu, "\\$&").replace(/\r?\n/gu, "\\n");
    lines.push("BEGIN:VEVENT", `UID:${stamp}-${Math.random().toString(36).slice(2)}`, `DTSTAMP:${stamp}`);
    lines.push(`DTSTART;VALUE=DATE:${day}`, `SUMMARY:${summary}`, "END:VEVENT");
  }
  lines.push("END:VCALENDAR", "");
  return lines.map(fold).join("\r\n");
}

/** @param {string} line */
function fold(line) {
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (octets + size > 75) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** @param {HTMLElement} form */
function saveCalendar(form) {
  const events = followUps(form);
  if (events.length) {
    const file = new Blob([calendarFile(events)], { type: "text/calendar" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `${form.dataset.exercise}.ics`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
  const words = events.length ? `${plural(events.length, "date")} saved.` : "Choose a date first.";
  setText(form, ".ac-calendar .ac-copied", words);
}

/**
 * Make a form keep its answers in ``store``.
 * @param {HTMLElement} form
 * @param {Store} store
 * @param {AbortSignal} [signal] ends it all when a notebook takes the form away
 * @returns {Promise<void>} resolves when earlier answers stand in the form
 */
export async function enhance(form, store, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Note | null} */
  let cleared = null;
  let loaded = false;
  /** What was changed here and is not kept yet. @type {Names} */
  let changed = new Set();

  /** @param {string} saved @param {string} trouble */
  const tell = (saved, trouble) => {
    setText(form, ".ac-saved", saved);
    setText(form, ".ac-trouble", trouble);
  };
  /** @param {unknown} error */
  const tellTrouble = (error) => tell("", error instanceof Error ? error.message : String(error));

  /** Put in what is kept, but not over what was changed here meanwhile. @param {Note | null} note */
  const take = (note) => {
    loaded = true;
    write(form, merge(read(form), note ?? EMPTY, changed));
    show(form, true);
    tell(note ? store.saved : "", "");
  };
  const load = async () => {
    try {
      take(await store.load());
    } catch (error) {
      // Whoever answers that there is trouble has answered; whoever is asleep is asked again.
      loaded = !(error instanceof Asleep);
      throw error;
    }
  };
  const save = async () => {
    clearTimeout(timer);
    timer = undefined;
    let sent = changed;
    try {
      // Earlier answers first: what is kept would be lost under a form without them.
      if (!loaded) await load();
      sent = changed;
      changed = new Set();
      tell(store.saved, (await store.save(read(form), sent)).join(" "));
      form.dispatchEvent(new Event("ac-kept", { bubbles: true }));
    } catch (error) {
      changed = new Set([...sent, ...changed]);
      tellTrouble(error);
    }
  };
  const clear = form.querySelector("[data-clear]");
  /** @param {Iterable<string>} names */
  const change = (names) => {
    for (const name of names) changed.add(name);
    cleared = null;
    if (clear) clear.textContent = "Clear my answers";
    show(form);
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  };
  form.addEventListener("input", (event) => {
    const control = /** @type {Element} */ (event.target);
    const field = /** @type {HTMLElement | null} */ (control.closest("[data-field]"));
    const type = field && ruleOf(form).fields[field.dataset.field ?? ""].type;
    if (type) types[type].settle?.(field, control);
    change([nameOf(control)]);
  });
  form.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (button?.matches("[data-copy]")) copyComposed(form);
    if (button?.matches("[data-ics]")) saveCalendar(form);
    if (button?.matches("[data-add]")) focusRow(addRow(/** @type {Element} */ (button.closest("[data-field]"))));
    if (button?.matches("[data-remove]")) {
      const name = nameOf(button);
      removeRow(button);
      change([name]);
    }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  // What was typed in the last third of a second goes too when the page is left.
  form.addEventListener("focusout", () => timer && save());
  addEventListener("pagehide", () => timer && save(), { signal });
  signal?.addEventListener("abort", () => timer && save());
  clear?.addEventListener("click", () => {
    const back = cleared;
    const before = read(form);
    write(form, back ?? EMPTY);
    change([...Object.keys(ruleOf(form).fields), "/pass", "/share"]);
    cleared = back ? null : before;
    clear.textContent = back ? "Clear my answers" : "Bring my answers back";
    if (!back) setText(form, ".ac-progress", "Cleared. The same button brings your answers back.");
  });
  for (const starter of form.querySelectorAll(".ac-starters li")) offerStarter(starter, change);
  addEventListener("beforeprint", () => form.querySelectorAll(".ac-paper").forEach(copy), { signal });
  store.onOther((note) => {
    take(note);
    if (changed.size && !timer) save();
  });

  show(form, true);
  await load().catch(tellTrouble);
  await showEarlier(form, store).catch(() => {
    // What stops this has stopped the loading of this form too, and is told there.
  });
  form.setAttribute("data-ready", "");
}

/** Turn a sentence starter into a button that puts it into the text.
 * @param {Element} item @param {(names: string[]) => void} change */
function offerStarter(item, change) {
  const field = item.closest("[data-field]");
  if (!field) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = item.textContent;
  button.addEventListener("click", () => {
    const area = textarea(field);
    const gap = area.value && !/\s$/u.test(area.value) ? "\n" : "";
    area.value += `${gap}${(button.textContent ?? "").replace(/\s*…\s*$/u, " ")}`;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    change([nameOf(area)]);
  });
  item.replaceChildren(button);
}

/** Copy what was written to where paper shows it: unlike a textarea, that goes over as many
 * pages as it needs. @param {Element} paper */
function copy(paper) {
  paper.textContent = textarea(/** @type {Element} */ (paper.parentElement)).value;
}

// -------------------------------------------------- where answers are kept: page

/** Where an exercise's answers are kept. The key carries the site's path, so that two courses
 * on one host do not meet. @param {string} path module/exercise */
const siteKey = (path) => `allyship:${new URL("..", import.meta.url).pathname}:${path}`;

/**
 * Keep answers in this browser.
 * @param {HTMLElement} form
 * @returns {Store}
 */
export function pageStore(form) {
  const key = siteKey(`${form.dataset.module}/${form.dataset.exercise}`);

  /** @param {string | null} text @returns {Note | null} */
  const parse = (text) => {
    if (text === null) return null;
    const data = JSON.parse(text);
    if (data?.schema > SCHEMA) throw new Told(NEWER);
    if (typeof data?.answers !== "object" || data.answers === null) throw new SyntaxError();
    return { answers: data.answers, passed: data.passed === true, shared: data.shared === true };
  };
  /** What is kept; what can't be read is set aside under another key, never overwritten. */
  const kept = () => {
    const text = localStorage.getItem(key);
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof Told) throw error;
      localStorage.setItem(`${key}:damaged`, text ?? "");
      localStorage.removeItem(key);
      throw new Told(DAMAGED);
    }
  };
  /** Use the storage; what the browser refuses is told in words. @template T @param {() => T} act */
  const attempt = async (act) => {
    try {
      return act();
    } catch (error) {
      throw error instanceof Told ? error : new Told(CANNOT);
    }
  };
  return {
    saved: "Kept in this browser only.",
    load: () => attempt(kept),
    other: (path) => attempt(() => parse(localStorage.getItem(siteKey(path)))),
    save: (mine, changed) =>
      attempt(() => {
        const note = merge(mine, kept() ?? EMPTY, changed);
        const data = { schema: SCHEMA, ...note, saved: new Date().toISOString() };
        localStorage.setItem(key, JSON.stringify(data));
        return [];
      }),
    onOther: (take) =>
      addEventListener("storage", (event) => {
        if (event.key !== key || event.newValue === null) return;
        try {
          take(parse(event.newValue));
        } catch {
          // Another tab wrote what this version can't read: leave this form as it is.
        }
      }),
  };
}

const CANNOT =
  "This browser does not let the page keep your answers (a private window, or its storage is full). " +
  "They stay here until you close the page: print it, or copy what you want to keep.";
const NEWER =
  "Your answers were kept by a newer version of this course. Nothing was changed. " +
  "Reload the page; if this stays, an old copy of the page is being shown.";
const DAMAGED =
  "Your earlier answers to this exercise were damaged in this browser and can’t be shown.";

/** Trouble in words for the learner. */
class Told extends Error {}
/** Nobody answers. */
class Asleep extends Told {}

/** What is kept of an exercise, where another one or the page around it asks: null for what is
 * not there or can't be read, which is told where the exercise stands.
 * @param {string} path module/exercise @returns {(Note & {saved: string}) | null} */
function kept(path) {
  try {
    const data = JSON.parse(localStorage.getItem(siteKey(path)) ?? "null");
    if (data?.schema !== SCHEMA || !isRecord(data.answers)) return null;
    return { answers: data.answers, passed: data.passed === true, shared: data.shared === true, saved: String(data.saved ?? "") };
  } catch {
    return null;
  }
}

/** @param {string} path @param {Note & {saved: string}} note */
const keep = (path, note) => localStorage.setItem(siteKey(path), JSON.stringify({ schema: SCHEMA, ...note }));

/** Enhance every form of a published page, then what goes beyond one form. */
async function enhancePage() {
  const forms = [...document.querySelectorAll('form[data-place="page"]:not([data-ready])')];
  await Promise.all(
    forms.map((form) => enhance(/** @type {HTMLElement} */ (form), pageStore(/** @type {HTMLElement} */ (form)))),
  );
  if (!document.querySelector("[data-course]")) return; // not a page of the book
  const more = new URL(`page.mjs${new URL(import.meta.url).search}`, import.meta.url);
  (await import(more.href)).start({ answered, completion, siteKey, kept, keep });
}

if (document.readyState === "loading") {
  document.addEventListener("readystatechange", enhancePage, { once: true });
} else {
  enhancePage();
}
