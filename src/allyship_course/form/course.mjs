// @ts-check
/**
 * My journal, the submission and the certificate on the published page. Everything comes from this browser's
 * own store and stays in it. page.mjs loads this only where one of them is wanted. In Jupyter this
 * is the anywidget of the certificate.
 *
 * @typedef {{type: string, label: string, private?: boolean, labels?: Record<string, string>, parts?: Record<string, string>}} FieldText
 * @typedef {{id: string, title: string, rule: import("./exercise.mjs").Rule, fields: Record<string, FieldText>}} ExerciseText
 * @typedef {{id: string, title: string, page: string, collected: boolean, exercises: ExerciseText[]}} ModuleText
 * @typedef {{answers: Record<string, any>, passed: boolean, shared: boolean, saved: string}} Kept
 */

/** exercise.mjs's own functions: importing it from here would load and start it a second time.
 * @type {{answered: Function, completion: Function, siteKey: (path: string) => string,
 *   kept: (path: string) => Kept | null, keep: (path: string, note: Kept) => void}} */
let own;

/** The site's root. Not a constant: in Jupyter a module has no address that anything is beside. */
const root = () => new URL("..", import.meta.url);
const SCHEMA = 1;

/** @template {keyof HTMLElementTagNameMap} K @param {K} name @param {Record<string, any>} [props]
 * @param {(Node | string)[]} children @returns {HTMLElementTagNameMap[K]} */
function make(name, props = {}, ...children) {
  const element = Object.assign(document.createElement(name), props);
  element.append(...children);
  return element;
}

/** @param {number} n @param {string} noun */
const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

// ---------------------------------------------------------------- the course's words

/** The course with the words that answers stand for, or (outline.json) without them.
 * @returns {Promise<ModuleText[]>} */
async function course(file = "course.json") {
  const answer = await fetch(new URL(`_static/${file}`, root()), { cache: "no-cache" });
  return answer.json();
}

/** @param {ExerciseText} exercise @param {Kept | null} note */
const stateOf = (exercise, note) =>
  own.completion(exercise.rule, own.answered(exercise.rule, note?.answers ?? {}).fields, note?.passed ?? false);

// ------------------------------------------------------------ answers, in words

/** @param {FieldText} field @param {any} value @returns {string[]} lines */
function inWords(field, value) {
  const label = (/** @type {any} */ one) => field.labels?.[String(one)] ?? String(one);
  if (value === undefined || value === null || value === "") return [];
  switch (field.type) {
    case "sort":
      return Object.entries(value).map(([card, place]) => `${field.parts?.[card] ?? card}: ${label(place)}`);
    case "order":
      return Object.entries(value)
        .sort(([, a], [, b]) => Number(a) - Number(b))
        .map(([item, place]) => `${place}. ${label(item)}`);
    case "list":
      return value.map((/** @type {any} */ row) => Object.values(row).join(": "));
    case "choices":
    case "mark":
      return value.map(label);
    case "choice":
    case "scale":
    case "recall":
      return [label(value)];
    default:
      return String(value).split("\n");
  }
}

/** What was written into one exercise, as [question, lines, field].
 * @param {ExerciseText} exercise @param {Kept} note @returns {[string, string[], string][]} */
const entries = (exercise, note) =>
  Object.entries(exercise.fields)
    .map(([id, field]) => /** @type {[string, string[], string]} */ ([field.label, safely(field, note.answers[id]), id]))
    .filter(([, lines]) => lines.length);

/** An imported file may hold anything where an answer should be.
 * @param {FieldText} field @param {unknown} value @returns {string[]} */
function safely(field, value) {
  try {
    return inWords(field, value);
  } catch {
    return [];
  }
}

// -------------------------------------------------------------------- my journal

/** @param {HTMLElement} place */
async function showJournal(place) {
  const modules = await course();
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (place.querySelector(`[data-part="${name}"]`));
  const search = /** @type {HTMLInputElement} */ (part("search"));
  const dialog = /** @type {HTMLDialogElement} */ (part("dialog"));

  const paths = () =>
    modules.flatMap((module) =>
      module.exercises.flatMap((exercise) => {
        const path = `${module.id}/${exercise.id}`;
        const note = own.kept(path);
        return note && (entries(exercise, note).length || note.passed) ? [{ module, exercise, path, note }] : [];
      }),
    );
  const show = () => {
    const all = paths();
    const wanted = search.value.trim().toLocaleLowerCase();
    const found = all.filter(({ exercise, note }) =>
      [exercise.title, ...entries(exercise, note).flatMap(([label, texts]) => [label, ...texts])].join("\n").toLocaleLowerCase().includes(wanted),
    );
    part("list").replaceChildren(
      ...modules.flatMap((module) => {
        const mine = found.filter((entry) => entry.module === module);
        return mine.length ? [make("h2", { textContent: module.title }), ...mine.map(article)] : [];
      }),
    );
    const none = "Nothing is kept in this browser yet. What you write into an exercise appears here.";
    const count = `${plural(found.length, "exercise")} of ${all.length} shown.`;
    part("status").textContent = all.length ? count : none;
  };
  /** @param {{module: ModuleText, exercise: ExerciseText, path: string, note: Kept}} entry */
  const article = ({ module, exercise, path, note }) => {
    const link = make("a", { href: new URL(`${module.page}#ac-${exercise.id}`, root()).href, textContent: exercise.title });
    const lines = entries(exercise, note).flatMap(([label, texts]) => [
      make("dt", { textContent: label }),
      ...texts.map((text) => make("dd", { textContent: text })),
    ]);
    const remove = make("button", { type: "button", textContent: "Delete" });
    remove.setAttribute("aria-label", `Delete ${exercise.title}`);
    remove.addEventListener("click", () =>
      ask(`Delete what you wrote in “${exercise.title}”?`, () => localStorage.removeItem(own.siteKey(path))),
    );
    const passed = note.passed ? [make("p", { textContent: "Left out by choice." })] : [];
    return make("article", { className: "ac-entry" }, make("h3", {}, link), ...passed, make("dl", {}, ...lines), remove);
  };
  /** @param {string} question @param {() => void} act */
  const ask = (question, act) => {
    part("question").textContent = question;
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue !== "yes") return;
      act();
      show();
      part("status").textContent = "Deleted.";
      search.focus();
    };
    dialog.showModal();
  };

  search.addEventListener("input", show);
  part("export-json").addEventListener("click", () => save("allyship-journal.json", exportJson(paths())));
  part("export-md").addEventListener("click", () => save("allyship-journal.md", exportMarkdown(modules, paths())));
  part("print").addEventListener("click", () => print());
  part("delete-all").addEventListener("click", () =>
    ask("Delete everything that this course keeps in this browser?", () => {
      for (const key of Object.keys(localStorage)) if (key.startsWith(own.siteKey("")) && key !== own.siteKey("offline")) localStorage.removeItem(key);
    }),
  );
  part("import").addEventListener("change", async (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    if (!file) return;
    const told = importJson(await file.text());
    input.value = "";
    show();
    part("status").textContent = told;
  });
  addEventListener("storage", show);
  show();
  if ("serviceWorker" in navigator) await offerOffline(part("offline")).catch(() => {});
  place.setAttribute("data-ready", "");
}

/** Offer to keep the course on this device no longer, or again.
 * @param {HTMLElement} place with a line of words and a button */
async function offerOffline(place) {
  const words = /** @type {HTMLElement} */ (place.querySelector("p"));
  const button = /** @type {HTMLElement} */ (place.querySelector("button"));
  const key = own.siteKey("offline");
  const scope = root().href;
  const show = async () => {
    const kept = await navigator.serviceWorker.getRegistration(scope);
    words.textContent = kept
      ? "The course is kept on this device, so that you can go on without a line. Your answers are kept either way."
      : "The course is not kept on this device. You need a line to open a page.";
    button.textContent = kept ? "Keep it no longer" : "Keep it on this device";
  };
  button.addEventListener("click", async () => {
    const kept = await navigator.serviceWorker.getRegistration(scope);
    if (kept) {
      localStorage.setItem(key, "off");
      await kept.unregister();
      const ours = (await caches.keys()).filter((name) => name.startsWith(own.siteKey("")));
      await Promise.all(ours.map((name) => caches.delete(name)));
    } else {
      localStorage.removeItem(key);
      await navigator.serviceWorker.register(new URL("offline.js", scope));
    }
    await show();
  });
  await show();
  place.hidden = false;
}

/** @param {{module: ModuleText, exercise: ExerciseText, note: Kept}[]} all */
function exportJson(all) {
  /** @type {Record<string, {exercises: Record<string, Kept>}>} */
  const modules = {};
  for (const { module, exercise, note } of all) {
    modules[module.id] ??= { exercises: {} };
    modules[module.id].exercises[exercise.id] = note;
  }
  return JSON.stringify({ schema: SCHEMA, modules }, null, 1);
}

/** @param {ModuleText[]} modules @param {{module: ModuleText, exercise: ExerciseText, note: Kept}[]} all */
function exportMarkdown(modules, all) {
  const lines = ["# My journal", ""];
  for (const module of modules) {
    const mine = all.filter((entry) => entry.module === module);
    if (mine.length) lines.push(`## ${module.title}`, "");
    for (const { exercise, note } of mine) {
      lines.push(`### ${exercise.title}`, "", ...(note.passed ? ["Left out by choice.", ""] : []));
      for (const [label, texts] of entries(exercise, note)) lines.push(`**${label}**`, "", ...texts.map((t) => `> ${t}`), "");
    }
  }
  return lines.join("\n");
}

/** The newer of two notes (the first, of two as old), with the answers that only the older one
 * has. Nothing becomes shared that was not. journal_file.py has the same.
 * @param {Kept} one @param {Kept} other @returns {Kept} */
function both(one, other) {
  const [older, newer] = one.saved < other.saved ? [one, other] : [other, one];
  const more = Object.keys(older.answers).some((id) => !Object.hasOwn(newer.answers, id));
  if (!more) return newer;
  return { ...newer, answers: { ...older.answers, ...newer.answers }, shared: newer.shared && older.shared };
}

/** Take in an earlier export: of each exercise, what was saved last counts.
 * @param {string} text @returns {string} what to tell */
function importJson(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return "This file is no journal: it is not JSON. Nothing was changed.";
  }
  if (data?.schema > SCHEMA) return "This journal was saved by a newer version of the course. Nothing was changed.";
  if (data?.schema !== SCHEMA || typeof data.modules !== "object" || !data.modules) return "This file is no journal of this course. Nothing was changed.";
  let taken = 0;
  let older = 0;
  try {
    for (const [module, { exercises }] of Object.entries(data.modules)) {
      for (const [id, note] of Object.entries(/** @type {Record<string, any>} */ (exercises))) {
        if (typeof note?.answers !== "object" || note.answers === null) continue;
        const path = `${module}/${id}`;
        const here = own.kept(path);
        const theirs = {
          answers: note.answers,
          passed: note.passed === true,
          shared: note.shared === true,
          saved: String(note.saved ?? ""),
        };
        const result = here ? both(here, theirs) : theirs;
        if (result === here) {
          older += 1;
          continue;
        }
        own.keep(path, result);
        taken += 1;
      }
    }
  } catch {
    return `The file is damaged, or this browser's storage is full. Taken in so far: ${plural(taken, "exercise")}.`;
  }
  const rest = older ? ` ${plural(older, "exercise")} stayed: this browser has the same or something newer.` : "";
  return `Taken in: ${plural(taken, "exercise")}.${rest}`;
}

/** @param {string} name @param {string} text */
function save(name, text) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text])), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// -------------------------------------------------------------------- submission

const LONGEST_RECORD = 1_000_000;
/** A page knows nothing of a class; no class's mirror may begin with fewer people than this. */
const MIRROR = 5;

/** What is collected of a note, as journal.entry_of has it: answers only if they are shared,
 * private fields never. @param {ExerciseText} exercise @param {Kept} note */
function entryOf(exercise, note) {
  const found = own.answered(exercise.rule, note.answers);
  const counts = (/** @type {string} */ id) => exercise.rule.fields[id].required;
  const open = (/** @type {string} */ id) => !exercise.fields[id].private;
  const words = Object.entries(found.words).filter(([id]) => counts(id) && open(id));
  const shared = Object.keys(exercise.fields).filter((id) => open(id) && Object.hasOwn(note.answers, id));
  return {
    answered: found.fields.filter(counts),
    words: Object.fromEntries(words),
    passed: note.passed,
    ...(note.shared && { shared: Object.fromEntries(shared.map((id) => [id, note.answers[id]])), mirror: MIRROR }),
  };
}

/** The completion record of a module, as completion.json has it: of what was begun.
 * @param {ModuleText} module */
function recordOf(module) {
  const begun = module.exercises.flatMap((exercise) => {
    const note = own.kept(`${module.id}/${exercise.id}`);
    return note ? [[exercise.id, entryOf(exercise, note)]] : [];
  });
  return { schema: SCHEMA, module: module.id, exercises: Object.fromEntries(begun) };
}

/** Show what a submission would hold, and make the file.
 * @param {string} id of the module */
export async function prepareSubmission(id) {
  const module = (await course()).find((one) => one.id === id);
  if (!module) return;
  const list = make("div");
  const exact = make("pre");
  const show = () => {
    list.replaceChildren(...module.exercises.map((exercise) => submitted(module, exercise, show)));
    exact.textContent = JSON.stringify(recordOf(module), null, 1);
  };
  const student = make("input", { type: "text", id: "submission-id", autocomplete: "off" });
  student.setAttribute("aria-describedby", "submission-trouble");
  const trouble = make("p", { className: "ac-trouble", id: "submission-trouble" });
  const told = make("p");
  told.setAttribute("role", "status");
  const download = make("button", { type: "button", textContent: "Download the file" });
  download.addEventListener("click", async () => {
    const name = student.value.trim();
    trouble.textContent = name ? "" : "There is no id yet. Write the one that your class uses for you.";
    student.setAttribute("aria-invalid", String(!name));
    if (!name) return student.focus();
    told.textContent = await downloadSubmission(module, name);
  });
  const close = make("button", { type: "button", textContent: "Close" });
  const dialog = make(
    "dialog",
    { className: "ac-part" },
    make("h2", { id: "submission-title", textContent: `Your submission: ${module.title}` }),
    make("p", { textContent: "For people in a class. The file holds what you see here, the id below, and the module’s notebook as everybody has it. Nothing is sent: you hand the file in yourself." }),
    make("p", { textContent: `Some classes have a mirror: once at least ${MIRROR} people share an exercise, their choices as numbers and their texts, word for word, may be shown to the class without names. Somebody may still know you by what you write. Your instructor can tell you whether yours has one.` }),
    list,
    make("details", {}, make("summary", { textContent: "The record, letter by letter" }), exact),
    make("p", {}, make("label", { htmlFor: student.id, textContent: "The id that your class uses for you. It goes into the file and is kept nowhere else." }), student),
    trouble,
    make("div", { className: "ac-buttons" }, download, close),
    told,
  );
  dialog.setAttribute("aria-labelledby", "submission-title");
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  show();
  document.body.append(dialog);
  dialog.showModal();
}

/** One exercise in a submission: how far it is, and what of it is shared, word by word.
 * @param {ModuleText} module @param {ExerciseText} exercise @param {() => void} again */
function submitted(module, exercise, again) {
  const path = `${module.id}/${exercise.id}`;
  const note = own.kept(path);
  const title = make("h3", { textContent: exercise.title });
  if (!note) return make("section", { className: "ac-entry" }, title, make("p", { textContent: "Not begun. Nothing of it is in the file." }));
  const entry = entryOf(exercise, note);
  const state = stateOf(exercise, note);
  const count = Object.values(entry.words).reduce((sum, n) => sum + n, 0);
  const words = count ? `, ${plural(count, "word")} counted` : "";
  const answeredSo = `${plural(entry.answered.length, "question")} answered${words}`;
  const how = note.passed ? "Left out by choice. Complete" : state.complete ? "Complete" : "Open";
  const parts = [title, make("p", { textContent: `${how}: ${answeredSo}.` })];
  const open = entries(exercise, note).filter(([, , id]) => !exercise.fields[id].private);
  if (open.length) {
    const box = make("input", { type: "checkbox", checked: note.shared, id: `submission-${exercise.id}` });
    const label = make("label", { htmlFor: box.id, textContent: "Share my answers to this exercise with my instructor" });
    box.addEventListener("change", () => {
      own.keep(path, { ...note, shared: box.checked });
      again();
      document.getElementById(box.id)?.focus();
    });
    parts.push(make("p", { className: "ac-share" }, box, label));
    const lines = open.flatMap(([question, texts]) => [
      make("dt", { textContent: question }),
      ...texts.map((text) => make("dd", { textContent: text })),
    ]);
    if (note.shared) parts.push(make("p", { textContent: "These words will be in the file:" }), make("dl", {}, ...lines));
  }
  return make("section", { className: "ac-entry" }, ...parts);
}

/** Put the record into the module's notebook and save it. @param {ModuleText} module
 * @param {string} student @returns {Promise<string>} what to tell */
async function downloadSubmission(module, student) {
  const record = recordOf(module);
  if (new TextEncoder().encode(JSON.stringify(record, null, 1)).length > LONGEST_RECORD) {
    return "What you share is too long to hand in. Share one exercise less, or shorten it.";
  }
  const file = `${module.id}.ipynb`;
  try {
    const answer = await fetch(new URL(`_static/assignments/${file}`, root()), { cache: "no-cache" });
    const notebook = await answer.json();
    notebook.metadata.allyship = { record, student };
    save(file, JSON.stringify(notebook, null, 1));
  } catch {
    return "The notebook could not be loaded. Try again when you are online. Your answers are safe.";
  }
  return `Saved as ${file}. Hand it in where your class hands in, under this very name.`;
}

// ------------------------------------------------------------------- certificate

/** @typedef {{title: string, complete: boolean}} State of a module */

/**
 * Fill in the certificate. The name stands in this page only; it goes to paper and nowhere else.
 * @param {HTMLElement} place @param {() => State[]} states @param {string} where they are kept
 */
function fillCertificate(place, states, where) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (place.querySelector(`[data-part="${name}"]`));
  const name = /** @type {HTMLInputElement} */ (part("name"));
  const show = () => {
    const modules = states();
    const done = modules.filter((module) => module.complete);
    part("list").replaceChildren(...done.map((module) => make("li", { textContent: module.title })));
    const rest = modules.filter((module) => !module.complete);
    part("status").textContent = rest.length
      ? `Complete ${where}: ${done.length} of ${modules.length} modules. Still open: ${rest.map((m) => m.title).join(", ")}.`
      : `All ${modules.length} modules are complete.`;
    part("of").textContent = rest.length ? `${done.length} of ${modules.length} modules` : `all ${modules.length} modules`;
    part("who").textContent = name.value.trim() || "…";
    const today = new Date().toLocaleDateString(document.documentElement.lang || undefined, { dateStyle: "long" });
    part("date").textContent = today;
  };
  name.addEventListener("input", show);
  part("print").addEventListener("click", () => {
    show();
    printAlone(/** @type {HTMLElement} */ (place.querySelector(".ac-certificate")));
  });
  document.addEventListener("ac-kept", show);
  show();
  place.setAttribute("data-ready", "");
}

/** Print one element and nothing else of the page that it stands in, be it ours or Jupyter's.
 * @param {HTMLElement} element */
function printAlone(element) {
  const sheet = /** @type {HTMLElement} */ (element.cloneNode(true));
  document.body.append(sheet);
  document.body.classList.add("ac-print-certificate");
  const tidyUp = () => {
    sheet.remove();
    document.body.classList.remove("ac-print-certificate");
  };
  addEventListener("afterprint", tidyUp, { once: true });
  print();
}

/** @param {HTMLElement} place */
async function showCertificate(place) {
  const modules = (await course("outline.json")).filter((module) => module.collected);
  const states = () =>
    modules.map((module) => ({
      title: module.title,
      complete: module.exercises.every((exercise) => stateOf(exercise, own.kept(`${module.id}/${exercise.id}`)).complete),
    }));
  fillCertificate(place, states, "on this device");
}

/** The certificate in Jupyter. What is complete is what the kernel read in the journal; the name
 * is no trait of the model, so that no notebook ever holds it.
 * @param {{model: any, el: HTMLElement}} view */
function render({ model, el }) {
  el.innerHTML = model.get("certificate_html");
  // What is typed here is for nobody's shortcuts.
  el.querySelector("input")?.setAttribute("data-lm-suppress-shortcuts", "true");
  el.addEventListener("keydown", (event) => event.stopPropagation());
  fillCertificate(/** @type {HTMLElement} */ (el.firstElementChild), () => model.get("modules"), "in your journal");
}

export default { render };

const PARTS = { journal: showJournal, certificate: showCertificate };

/** @param {typeof own} functions of exercise.mjs */
export function start(functions) {
  own = functions;
  for (const [name, show] of Object.entries(PARTS)) {
    const place = /** @type {HTMLElement | null} */ (document.querySelector(`[data-course="${name}"]`));
    if (place) show(place);
  }
}
