/**
 * Starts a page of the book: its forms first, then what is around them. What few pages need is
 * loaded where it is wanted.
 *
 * @import { Frame } from "../form/cover.mjs"
 */

import { all } from "../form/dom.mjs";
import { enhance } from "../form/exercise.mjs";
import { read } from "../form/form.mjs";
import { announce, keptPaths, pageStore } from "./browser-store.mjs";
import { offerDark } from "./colours.mjs";
import { isShutOut } from "./framed.mjs";
import {
  coursePart,
  HAS_PLACE,
  loadStyle,
  PACKAGED,
  PLACE,
  SITE,
  samePlace,
  siteKey,
  WHOLE_SITE,
} from "./site.mjs";

/** What happens in a form that somebody begins. */
const BEGINS = ["focusin", "input"];

async function start() {
  // A page of a package in a tab of its own: nobody says who is learning, and nobody hears of it.
  if (!HAS_PLACE) return location.replace(new URL("launch.html", SITE));
  if (!PACKAGED && isKeptElsewhere())
    await beside(import("./one-place.mjs"), (script) => script.bringToOnePlace());
  const forms = all(document, 'form[data-place="page"]');
  await Promise.all(forms.map((form) => enhance(form, pageStore(form), FRAME)));
  for (const form of forms) answerOnceBegun(form);
  reopenView();
  if (isShutOut()) beside(import("./own-window.mjs"), (script) => script.offerWindow());
  if (!document.querySelector("[data-course]")) return; // not a page of the book
  // Whoever comes back to a page finds it as it was left, and what is kept may be another by then.
  addEventListener("pageshow", ({ persisted }) => persisted && announce());
  offerDark();
  if (WHOLE_SITE && !PACKAGED) whenLoaded(keepCopy);
  openProgress();
  fillPart("journal", (place) =>
    beside(import("./my-journal.mjs"), (script) => script.showJournal(place)),
  );
  fillPart("cards", (place) => beside(import("./cards.mjs"), (script) => script.showCards(place)));
  const results = coursePart("search");
  if (results) beside(import("./search.mjs"), (script) => script.showSentences(results));
  fillSummary();
  accompanyReading();
  offerSubmission();
  if (PACKAGED) beside(import("./platform.mjs"), (script) => script.followPlatform());
}

/**
 * Load what a form answers when somebody begins it, or comes back to it.
 * @param {HTMLElement} form
 */
function answerOnceBegun(form) {
  const begin = async () => {
    for (const event of BEGINS) form.removeEventListener(event, begin);
    const before = read(form).answers;
    try {
      if (form.dataset.again) (await import("../form/again.mjs")).offerAgain(form, before);
      await (await import("./begun.mjs")).letAnswer(form);
    } catch {
      // No line just now: the form keeps what is written all the same, and asks again.
      for (const event of BEGINS) form.addEventListener(event, begin);
    }
  };
  if (Object.keys(read(form).answers).length) begin();
  else for (const event of BEGINS) form.addEventListener(event, begin);
}

/** Where forms stand on a page. @type {Frame} */
const FRAME = {
  choiceKey: siteKey("whole"),
  load: async () => {
    const [{ viewOf }] = await Promise.all([import("../form/focus.mjs"), loadStyle("focus.css")]);
    return (form) => viewOf(form, true);
  },
  saveDates: async (form) => (await import("../form/dates.mjs")).saveCalendar(form),
};

/** After a reload, or Back from another page: what was open is open. */
async function reopenView() {
  const form = document.getElementById(history.state?.view ?? "");
  if (form) (await FRAME.load())(form).open();
}

/** Whether this browser holds anything that was done on this site. */
function begun() {
  try {
    return keptPaths().length > 0;
  } catch {
    return false;
  }
}

/**
 * Show what a page has besides its forms. Where there is no line just now it stays away, and the
 * page works without it.
 * @template T
 * @param {Promise<T>} loading  the script that shows it
 * @param {(script: T) => unknown} show
 * @returns {Promise<boolean>} whether it is there
 */
async function beside(loading, show) {
  const script = await loading.catch(() => null);
  try {
    if (script) await show(script);
    return script !== null;
  } catch (error) {
    if (!(error instanceof Error && error.name === "NoLine")) throw error;
    return false;
  }
}

const NOT_LOADED = "This could not be loaded just now. Your answers are safe in this browser. ";

/**
 * Show what somebody came for. Where it can't be had just now, say so, and how to try again.
 * @param {Element | null} line  where it is said
 * @param {() => Promise<boolean>} show  whether it is there
 */
async function insist(line, show) {
  const there = await show();
  if (line && !there) line.textContent = `${NOT_LOADED}Try again when you are online.`;
  else if (line?.textContent?.startsWith(NOT_LOADED)) line.textContent = "";
  return there;
}

/**
 * The same for what fills in by itself: it is tried again once there is a line, or by a button.
 * @param {HTMLElement | null} place
 * @param {(place: HTMLElement) => Promise<boolean>} show
 */
async function showInPlace(place, show) {
  const line = place?.querySelector("[role=status]");
  if (!place || !line || (await insist(line, () => show(place)))) return;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  line.append(" ", again);
  const stop = new AbortController();
  const retry = () => {
    stop.abort();
    showInPlace(place, show);
  };
  again.addEventListener("click", retry);
  addEventListener("online", retry, { signal: stop.signal });
}

function openProgress() {
  const trail = coursePart("continue");
  if (trail) beside(import("./trail.mjs"), (script) => script.showTrail(trail, begun()));
  // Who begins has nothing to see here yet, and nothing is fetched while somebody writes.
  else if (begun()) beside(import("./progress.mjs"), (script) => script.followProgress());
}

/** @param {string} name @param {(place: HTMLElement) => Promise<boolean>} show */
const fillPart = (name, show) => showInPlace(coursePart(name), show);

/** Whether this browser keeps something under another spelling of this site's address. */
function isKeptElsewhere() {
  const here = `:${PLACE}:`;
  try {
    const names = Object.keys(localStorage);
    return names.some((name) => !name.includes(here) && samePlace(name).includes(here));
  } catch {
    return false;
  }
}

const keepCopy = () => beside(import("./keep-offline.mjs"), (script) => script.keepOffline());

/** Do it when the page works and the line is free. @param {() => void} act */
function whenLoaded(act) {
  if (document.readyState === "complete") act();
  else addEventListener("load", act, { once: true });
}

/** Fill in a module's end once somebody comes near it, or has answered something. */
function fillSummary() {
  const summary = coursePart("summary");
  if (!summary) return;
  const load = () => {
    watch.disconnect();
    removeEventListener("input", load);
    beside(import("./module-end.mjs"), (script) => script.fillModuleEnd(summary));
  };
  const watch = new IntersectionObserver(
    (seen) => seen.some((one) => one.isIntersecting) && load(),
    { rootMargin: "400px" },
  );
  watch.observe(summary);
  addEventListener("input", load);
  if (begun()) load();
}

/** What is of use to who reads on: the section on screen, and a voice where the device has one. */
function accompanyReading() {
  const load = () => beside(import("./reading.mjs"), (script) => script.accompany());
  const speech = globalThis.speechSynthesis;
  if (speech?.getVoices().length) load();
  speech?.addEventListener("voiceschanged", load, { once: true });
  addEventListener("scroll", load, { once: true });
}

function offerSubmission() {
  const button = coursePart("submission");
  button?.addEventListener("click", () =>
    insist(button.nextElementSibling, () =>
      beside(import("./submission.mjs"), (script) =>
        script.prepareSubmission(button.dataset.module ?? ""),
      ),
    ),
  );
}

if (document.readyState === "loading") {
  document.addEventListener("readystatechange", start, { once: true });
} else {
  start();
}
