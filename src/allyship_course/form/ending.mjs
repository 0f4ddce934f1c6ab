/** The end of an exercise that is shown one thing at a time: what is left of it in one's own words. */

import { all, make } from "./dom.mjs";
import { TYPES } from "./fields.mjs";
import { ruleOf } from "./form.mjs";
import { sortsOf } from "./units.mjs";

const RINGS =
  '<svg class="ac-meet" viewBox="0 0 52 32" aria-hidden="true"><circle class="first" cx="17" cy="16" r="13"/><circle class="second" cx="35" cy="16" r="13"/></svg>';

export function makeEnd() {
  return make("div", { className: "ac-end" });
}

/** @param {HTMLElement} form */
export function fillEnd(form) {
  const end = form.querySelector(".ac-end");
  if (!end) return;
  end.innerHTML = RINGS;
  const complete = form.hasAttribute("data-complete");
  end.append(
    make("h4", { textContent: complete ? "That was all of it" : "The end, with some of it open" }),
    make("p", { textContent: complete ? inModule(form) : "What is open can stay so, or wait." }),
    ...ownLine(form),
    // What lies on the piles of a sort is put in by whoever hears that this is the end.
    ...sortsOf(form).map(() => make("div", { className: "ac-piles" })),
    ...nextExercise(form),
  );
  form.dispatchEvent(new Event("ac-ended"));
}

/** How many exercises of the module are complete, and what the form says of where they are kept. @param {HTMLElement} form */
function inModule(form) {
  const saved = form.querySelector(".ac-saved")?.textContent ?? "";
  if (form.dataset.place !== "page") return saved;
  const forms = exercisesOnPage(form);
  const done = forms.filter((one) => one.hasAttribute("data-complete")).length;
  return `${done} of ${forms.length} in this module. ${saved}`;
}

/** @param {HTMLElement} form */
const exercisesOnPage = (form) =>
  all(document, "form.ac-exercise").filter(({ dataset }) => dataset.module === form.dataset.module);

/** @param {HTMLElement} form */
function ownLine(form) {
  const field = all(form, "[data-field]").find(({ dataset }) => dataset.field === form.dataset.own);
  const rule = ruleOf(form).fields[form.dataset.own ?? ""];
  const words = field && rule ? TYPES[rule.type].words(field) : "";
  if (!words) return [];
  const quote = make("blockquote", { className: "ac-own", textContent: words });
  quote.setAttribute("dir", "auto");
  return [quote];
}

/** What is next: on a route its next stop, else the next exercise of the page. @param {HTMLElement} form */
function nextExercise(form) {
  if (form.dataset.place !== "page") return [];
  /** @type {HTMLAnchorElement | null} */
  const stop = document.querySelector('[data-part="route"]:not([hidden]) a');
  const forms = exercisesOnPage(form);
  const behind = forms.slice(forms.indexOf(form) + 1);
  const next = stop
    ? forms.find(({ id }) => stop.href === new URL(`#${id}`, location.href).href)
    : behind.find((one) => !one.hasAttribute("data-complete"));
  if (stop && !next) return [leadElsewhere(stop)];
  return next && next !== form ? [leadTo(form, next)] : [];
}

/** @param {HTMLAnchorElement} stop */
function leadElsewhere({ href, textContent, previousElementSibling }) {
  const words = previousElementSibling?.textContent?.replace(/:\s*$/u, "") ?? "";
  const link = make("a", { href, className: "ac-onward" });
  link.append(make("span", { textContent: words }), make("b", { textContent }));
  return link;
}

/**
 * @param {HTMLElement} form
 * @param {HTMLElement} next  on the same page
 */
function leadTo(form, next) {
  const title = next.querySelector(".ac-title")?.textContent ?? "";
  const minutes = next.querySelector(".ac-meta")?.textContent?.split("·").at(-1)?.trim();
  const button = make("button", { type: "button", className: "ac-onward" });
  button.append(
    make("span", { textContent: `Next, ${minutes}` }),
    make("b", { textContent: title }),
  );
  button.addEventListener("click", () => {
    form.dispatchEvent(new Event("ac-leave"));
    // Leaving goes back in the browser's history, which takes a moment.
    setTimeout(() => {
      next.scrollIntoView({ block: "start" });
      /** @type {HTMLElement | null} */ (next.querySelector("[data-begin]"))?.focus();
    }, 60);
  });
  return button;
}
