// @ts-check
/**
 * What every page of the book does beyond its exercises: light or dark, what is complete, where
 * to go on. Whatever it says comes from this browser's own store, by the rule of the grade.
 * exercise.mjs loads it once the forms work.
 *
 * @typedef {{id: string, title: string, rule: import("./exercise.mjs").Rule}} ExerciseOutline
 * @typedef {{id: string, title: string, page: string, collected: boolean, exercises: ExerciseOutline[]}} ModuleOutline
 * @typedef {{module: ModuleOutline, exercise: ExerciseOutline, complete: boolean, saved: string}} Station
 */

const SITE = new URL("..", import.meta.url);

/** What exercise.mjs hands over: importing it from here would start it a second time.
 * @type {{answered: Function, completion: Function, siteKey: (path: string) => string,
 *   kept: (path: string) => any}} */
let own;

/** @param {string} name @returns {HTMLElement | null} */
const part = (name) => document.querySelector(`[data-course="${name}"]`);
/** @param {number} n @param {string} noun */
const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
/** @param {Element | null} element @param {string} text */
const setText = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

// ------------------------------------------------------------------ light or dark

function offerDark() {
  const button = part("dark");
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const show = () => button?.setAttribute("aria-pressed", String(isDark()));
  button?.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
    try {
      localStorage.setItem(own.siteKey("colours"), root.dataset.theme);
    } catch {
      // It lasts as long as the page, then.
    }
  });
  dark.addEventListener("change", show);
  show();
}

// ------------------------------------------------------------ what is complete, what is next

/** Whether this browser holds anything that was done on this site. */
function begun() {
  try {
    const site = own.siteKey("");
    return Object.keys(localStorage).some((key) => key.startsWith(site) && key.slice(site.length).includes("/"));
  } catch {
    return false;
  }
}

/** Every exercise of the course in order, and how far it is. @param {ModuleOutline[]} modules
 * @returns {Station[]} */
const stations = (modules) =>
  modules.flatMap((module) =>
    module.exercises.map((exercise) => {
      const note = own.kept(`${module.id}/${exercise.id}`);
      const fields = own.answered(exercise.rule, note?.answers ?? {}).fields;
      const { complete } = own.completion(exercise.rule, fields, note?.passed ?? false);
      return { module, exercise, complete, saved: note?.saved ?? "" };
    }),
  );

/** @param {Station[]} all */
function markContents(all) {
  for (const item of part("contents")?.querySelectorAll("[data-module]") ?? []) {
    const mine = all.filter(({ module }) => module.id === item.getAttribute("data-module"));
    const done = mine.filter(({ complete }) => complete).length;
    const state = item.querySelector(".state") ?? Object.assign(document.createElement("span"), { className: "state" });
    item.querySelector("a")?.append(state);
    state.toggleAttribute("data-complete", done === mine.length);
    const begun = mine.some(({ saved }) => saved) ? `${done} of ${mine.length}` : "";
    setText(state, done === mine.length ? "complete" : begun);
  }
}

/** Where somebody goes on: at the exercise that they last worked at, or the next one that is
 * still open. @param {Station[]} all @returns {Station | undefined} */
function whereToGoOn(all) {
  const course = all.filter(({ module }) => module.collected);
  const last = course.reduce((a, b) => (b.saved > a.saved ? b : a));
  const onward = [...course.slice(course.indexOf(last)), ...course];
  return onward.find(({ complete }) => !complete);
}

/** @param {Station[]} all */
function offerToGoOn(all) {
  const anchor = part("continue")?.querySelector("a");
  if (!anchor) return;
  const next = whereToGoOn(all);
  if (next) {
    anchor.href = new URL(`${next.module.page}#ac-${next.exercise.id}`, SITE).href;
    const where = document.createElement("span");
    where.textContent = `${next.module.title}, ${next.exercise.title}`;
    anchor.replaceChildren("Continue where you left: ", where);
  } else {
    setText(anchor, "You have been through all of it. Begin again, or look around");
  }
}

/** At a module's head and end: how many of its exercises are complete, and what is next. */
function watchForms() {
  const place = part("summary");
  if (!place) return;
  const forms = /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll("form.ac-exercise")]);
  const eyebrow = document.querySelector(".eyebrow");
  const length = eyebrow?.textContent;
  const next = /** @type {HTMLAnchorElement | null} */ (place.querySelector('[data-part="next"] a'));
  const show = () => {
    const done = forms.filter((form) => form.hasAttribute("data-complete"));
    const count = `${done.length} of ${plural(forms.length, "exercise")} complete`;
    setText(place.querySelector("p"), `${count} on this device.`);
    if (length) setText(eyebrow, done.length ? `${length} · ${count}` : length);
    place.querySelectorAll("ul > li").forEach((item, i) => {
      const state = forms[i].hasAttribute("data-complete") ? "complete" : "open";
      if (item.lastChild) item.lastChild.textContent = `: ${state}`;
    });
    const open = forms.find((form) => !done.includes(form));
    const after = /** @type {HTMLAnchorElement | null} */ (document.querySelector('.onward [rel="next"]'));
    const onward = open ? `#${open.id}` : after?.href;
    next?.parentElement?.toggleAttribute("hidden", !onward);
    if (!next || !onward) return;
    next.href = onward;
    setText(next, (open?.querySelector(".ac-title") ?? after?.lastChild)?.textContent ?? "");
  };
  const watch = new MutationObserver(show);
  for (const form of forms) watch.observe(form, { attributes: true, attributeFilter: ["data-complete"] });
  show();
}

async function followProgress() {
  // Who begins has nothing to see here yet, and nothing is fetched while somebody writes.
  if (!begun()) return;
  const answer = await fetch(new URL("_static/outline.json", SITE), { cache: "no-cache" });
  const modules = await answer.json();
  const show = () => {
    const all = stations(modules);
    markContents(all);
    offerToGoOn(all);
  };
  document.addEventListener("ac-kept", show);
  addEventListener("storage", show);
  show();
}

// ------------------------------------------------------------------------- offline

/** Whether the learner switched off that the course is kept on this device. */
function keepsNothing() {
  try {
    return localStorage.getItem(own.siteKey("offline")) === "off";
  } catch {
    return true; // a browser that keeps no answers is not asked to keep the course
  }
}

/** Keep the course on this device. It waits until the page works and the line is free. */
function keepOffline() {
  const saving = /** @type {any} */ (navigator).connection?.saveData;
  if (!("serviceWorker" in navigator) || saving || keepsNothing()) return;
  const register = () => navigator.serviceWorker.register(new URL("offline.js", SITE)).catch(() => {
    // Not over http, not from a file, not in some private windows: the page works without.
  });
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}

/** @type {Promise<any> | undefined} */
let more;

/** My journal, the submission, the certificate: loaded where one of them is wanted. */
function loadMore() {
  const course = new URL(`course.mjs${new URL(import.meta.url).search}`, import.meta.url);
  more ??= import(course.href).then((module) => {
    module.start(own);
    return module;
  });
  return more;
}

/** @param {any} functions of exercise.mjs */
export function start(functions) {
  own = functions;
  offerDark();
  watchForms();
  followProgress();
  keepOffline();
  if (part("journal")) loadMore();
  const certificate = part("certificate");
  const nearby = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && loadMore(), { rootMargin: "400px" });
  if (certificate) nearby.observe(certificate);
  const handIn = part("submission");
  handIn?.addEventListener("click", async () => (await loadMore()).prepareSubmission(handIn.dataset.module));
}
