/**
 * What a form answers: replies to a pile, who gains and who pays, what the authors and others would
 * say. All of it is the authors' words and the learner's own; none of it is kept or sent, and
 * completion knows nothing of it.
 *
 * @import { CaseMap } from "./drawing.mjs"
 * @import { Hint, Language } from "./hints.mjs"
 * @import { Picture } from "./picturing.mjs"
 * @import { Store } from "./store.mjs"
 *
 * @typedef {{who: string, kind: "gains" | "pays" | "unasked", text: string}} Effect
 * @typedef {{by: string, text: string}} OthersAnswer
 * @typedef {{replies?: Record<string, Record<string, string>>, piles?: Record<string, string[]>,
 *   effects?: Record<string, Effect[]>,
 *   plainly?: Record<string, string>, unticked?: string, ours?: string, others?: OthersAnswer[],
 *   hints?: Hint[], columns?: Record<string, {hints?: Hint[]}>}} FieldReplies
 * @typedef {{words?: Language, people?: {name: string, who: string}[],
 *   fields?: Record<string, FieldReplies>, steps?: Record<string, {plainly?: string}>,
 *   picture?: Picture, map?: CaseMap}} Replies  of one exercise; see form/replies.py
 */

import { checked } from "./controls.mjs";
import { all, make } from "./dom.mjs";
import { show } from "./form.mjs";
import { offerHints } from "./hinting.mjs";
import { offerEarlier } from "./prefill.mjs";

/** How long to wait after a field is left: what appears must not push away what is being pressed. */
const SETTLED = 250;

const SAYS = { gains: "gains:", pays: "pays:", unasked: "was not asked:" };

/**
 * Let a form answer.
 * @param {HTMLElement} form
 * @param {Store} store  where earlier answers are found
 * @param {Replies} replies
 * @param {boolean} quietly  whether nobody has just answered anything
 */
export function answer(form, store, replies, quietly) {
  const fields = all(form, "[data-field]").map((field) => ({
    field,
    said: replies.fields?.[field.dataset.field ?? ""] ?? {},
  }));
  for (const { field, said } of fields) {
    putReplies(field, said);
    if (replies.words) offerHints(form, field, said, replies.words);
  }
  offerEarlier(form, store);
  const ends = [
    ...fields.flatMap(({ field, said }) => endsOfOptions(field, said)),
    ...endsOfSteps(form, replies),
  ];
  const after = fields.flatMap(({ field, said }) => whatComesAfter(field, said));
  /** @type {string[]} */
  let answered = [];
  const follow = () => {
    for (const end of ends) end();
    for (const come of after) come(answered);
  };
  form.addEventListener("ac-shown", (event) => {
    answered = /** @type {CustomEvent} */ (event).detail.fields;
    follow();
  });
  form.addEventListener("focusout", () => setTimeout(follow, SETTLED));
  show(form, quietly);
}

/**
 * Put the replies where the form finds what goes with a choice (showConsequences).
 * @param {HTMLElement} field
 * @param {FieldReplies} said
 */
function putReplies(field, said) {
  for (const [id, piles] of Object.entries(said.replies ?? {})) {
    const card = cardOf(field, id);
    const replies = Object.entries(piles).map(([pile, html]) => goesWith(pile, html, "ac-reply"));
    if (card) placeForAll(card).prepend(...replies);
  }
  for (const [id, piles] of Object.entries(said.piles ?? {}))
    cardOf(field, id)?.setAttribute("data-ours", piles.join(" "));
  for (const [id, effects] of Object.entries(said.effects ?? {})) {
    const { outerHTML } = make("ul", { className: "ac-effects" }, ...effects.map(effectLine));
    const beside = all(field, ":scope > .ac-all [data-for]").find((one) => one.dataset.for === id);
    beside?.after(goesWith(id, outerHTML, ""));
  }
  if (said.unticked) placeForAll(field).append(goesWith("none", said.unticked, "ac-reply"));
}

/** @param {HTMLElement} field @param {string} id */
const cardOf = (field, id) => all(field, "[data-card]").find((one) => one.dataset.card === id);

/** @param {string} id @param {string} html @param {string} className */
function goesWith(id, html, className) {
  const element = make("div", { innerHTML: html, className });
  element.dataset.for = id;
  return element;
}

/** @param {Effect} effect */
function effectLine({ who, kind, text }) {
  const line = make("li", {}, make("strong", { textContent: who }), ` ${SAYS[kind]} ${text}`);
  line.dataset.kind = kind;
  return line;
}

/**
 * The place of all that a choice may lead to; one where the authors gave no reasoning has none yet.
 * @param {HTMLElement} scope
 */
function placeForAll(scope) {
  const place = all(scope, ":scope > .ac-all")[0];
  if (place) return place;
  const added = make("div", { className: "ac-all" });
  scope.append(added);
  return added;
}

// ------------------------------------------------------------- what happened, plainly

/** @param {HTMLElement} field @param {FieldReplies} said @returns {(() => void)[]} */
function endsOfOptions(field, { plainly = {} }) {
  if (!Object.keys(plainly).length) return [];
  const place = make("div");
  field.append(place);
  return [() => tellPlainly(place, plainly[checked(field) ?? ""])];
}

/** @param {HTMLElement} form @param {Replies} replies @returns {(() => void)[]} */
function endsOfSteps(form, { steps = {} }) {
  return all(form, "[data-step]").flatMap((step) => {
    const { plainly } = steps[step.dataset.step ?? ""] ?? {};
    if (!plainly) return [];
    const place = make("div");
    step.append(place);
    const ended = () => form.matches("[data-ended]") && step.matches("[data-reached]");
    return [() => tellPlainly(place, ended() ? plainly : undefined)];
  });
}

/** @param {HTMLElement} place @param {string | undefined} html */
function tellPlainly(place, html) {
  if (place.dataset.shown === html) return;
  if (html) place.dataset.shown = html;
  else delete place.dataset.shown;
  const summary = make("summary", { textContent: "What happened, plainly" });
  const told = make("details", { className: "ac-plainly" }, summary);
  if (html) told.insertAdjacentHTML("beforeend", html);
  place.replaceChildren(...(html ? [told] : []));
}

// ------------------------------------------------- ours and others', after one's own

/** @param {HTMLElement} field @param {FieldReplies} said */
function whatComesAfter(field, said) {
  const [ours, others] = [oursOf(said), othersOf(said)];
  if (!ours && !others) return [];
  const place = make("div", { className: "ac-after" }, ...[ours ?? [], others ?? []].flat());
  let tried = false;
  /** @param {string[]} answered */
  const come = (answered) => {
    const now = answered.includes(field.dataset.field ?? "");
    if (now === tried || (now && isWrittenIn(field))) return;
    tried = now;
    if (ours) ours.open = now;
    others?.toggleAttribute("hidden", !now);
  };
  field.append(place);
  return [come];
}

/** Whether somebody writes here just now. @param {HTMLElement} field */
const isWrittenIn = (field) =>
  [...field.querySelectorAll("textarea, input[type=text]")].some((one) => one.matches(":focus"));

/** @param {FieldReplies} said */
function oursOf({ ours }) {
  if (!ours) return null;
  const summary = make("summary", {}, "Show ours");
  const details = make("details", { className: "ac-ours" }, summary);
  details.insertAdjacentHTML("beforeend", ours);
  details.addEventListener("toggle", () => {
    summary.textContent = details.open ? "Ours" : "Show ours";
  });
  return details;
}

/** @param {FieldReplies} said */
function othersOf({ others = [] }) {
  if (!others.length) return null;
  const figures = others.map(({ by, text }) =>
    make(
      "figure",
      {},
      make("blockquote", { innerHTML: text }),
      make("figcaption", { textContent: by }),
    ),
  );
  const place = make("div", { className: "ac-others", hidden: true });
  place.setAttribute("role", "status");
  place.append(make("p", { textContent: "Others might say:" }), ...figures);
  return place;
}
