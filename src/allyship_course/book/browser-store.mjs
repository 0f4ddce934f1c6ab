/**
 * Answers in this browser: one entry of its store for each exercise, and nobody else's business.
 *
 * @import { Kept, Names, Note } from "../form/rule.mjs"
 * @import { Store, Words } from "../form/store.mjs"
 */

import { Drafts } from "../form/drafts.mjs";
import { EMPTY, merge } from "../form/rule.mjs";
import { Told } from "../form/store.mjs";
import { isRecord } from "../form/values.mjs";
import { FRAMED, isShutOut } from "./framed.mjs";
import { PLACE, siteKey } from "./site.mjs";

export const SCHEMA = 1;
export const DAMAGED = ":damaged";

const CANNOT_KEEP =
  "This browser does not let the page keep your answers (a private window, or its storage is full). " +
  "They stay here until you close the page: print it, or copy what you want to keep.";
const NEWER =
  "Your answers were kept by a newer version of this course. Nothing was changed. " +
  "Reload the page; if this stays, an old copy of the page is being shown.";
const WERE_DAMAGED =
  "Your earlier answers to this exercise were damaged in this browser and can’t be shown.";

/**
 * Read what stands in the store. Throws Told for what a newer version kept, SyntaxError for what
 * is damaged.
 * @param {string | null} text
 * @returns {Kept | null}
 */
export function parseKept(text) {
  if (text === null) return null;
  const data = JSON.parse(text);
  if (data?.schema > SCHEMA) throw new Told(NEWER);
  if (data?.schema !== SCHEMA || !isRecord(data.answers)) throw new SyntaxError();
  const { answers, passed, shared, saved } = data;
  return {
    answers,
    passed: passed === true,
    shared: shared === true,
    saved: typeof saved === "string" ? saved : "",
  };
}

/**
 * What is kept of an exercise, where another one or the page around it asks: null for what is
 * not there or can't be read, which is told where the exercise stands.
 * @param {string} path  module/exercise
 */
export function kept(path) {
  try {
    return parseKept(localStorage.getItem(siteKey(path)));
  } catch {
    return null;
  }
}

/** The paths of all exercises of which something is kept. */
export function keptPaths() {
  const site = siteKey("");
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(site))
    .map((key) => key.slice(site.length))
    .filter((name) => name.includes("/") && !name.includes(DAMAGED));
}

/** @param {string} path @param {Kept} note */
export const put = (path, note) =>
  localStorage.setItem(siteKey(path), JSON.stringify({ schema: SCHEMA, ...note }));

/** Let all that shows what is kept show it anew: on this page no storage event tells of it. */
export const announce = () => dispatchEvent(new StorageEvent("storage"));

/**
 * Do something with what is kept of an exercise that no other tab may come between.
 * @template Result
 * @param {string} path
 * @param {() => Result} act
 * @returns {Promise<Result>}
 */
export const alone = async (path, act) =>
  // Pages that did not come by https have no locks.
  navigator.locks ? navigator.locks.request(siteKey(path), act) : act();

/**
 * Keep what was changed, beside what another tab may have kept meanwhile.
 * @param {string} path
 * @param {Note} mine
 * @param {Names} changed
 * @returns {Kept}
 */
export function keepChanged(path, mine, changed) {
  setDamagedAside(path);
  const note = merge(mine, parseKept(localStorage.getItem(siteKey(path))) ?? EMPTY, changed);
  const now = { ...note, saved: new Date().toISOString() };
  put(path, now);
  return now;
}

/**
 * Put what can't be read under a name of its own: it is never overwritten. Throws Told for what
 * a newer version kept.
 * @param {string} path
 * @returns {boolean} whether there was such a thing
 */
export function setDamagedAside(path) {
  const key = siteKey(path);
  const text = localStorage.getItem(key);
  try {
    parseKept(text);
    return false;
  } catch (error) {
    if (error instanceof Told) throw error;
  }
  let aside = key + DAMAGED;
  for (let i = 2; localStorage.getItem(aside) !== null; i++) aside = `${key}${DAMAGED}-${i}`;
  localStorage.setItem(aside, text ?? "");
  localStorage.removeItem(key);
  return true;
}

/**
 * Use the store; what the browser refuses is told in words.
 * @template Result
 * @param {() => Result | Promise<Result>} act
 */
async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    throw error instanceof Told ? error : new Told(isShutOut() ? FRAMED : CANNOT_KEEP);
  }
}

/** @type {Words} */
const WORDS = {
  kept: "Kept in this browser only.",
  held: "Kept in this browser only.",
  waiting: "",
  get adrift() {
    return isShutOut() ? FRAMED : CANNOT_KEEP;
  },
  asleep: "",
};

/**
 * The store of a form.
 * @param {HTMLElement} form
 * @returns {Store}
 */
export function pageStore(form) {
  const path = `${form.dataset.module}/${form.dataset.exercise}`;
  const drafts = new Drafts(PLACE, path);
  return {
    words: WORDS,
    drafts,
    load: () =>
      attempt(() => {
        if (setDamagedAside(path)) throw new Told(WERE_DAMAGED);
        return parseKept(localStorage.getItem(siteKey(path)));
      }),
    other: (otherPath) => attempt(() => parseKept(localStorage.getItem(siteKey(otherPath)))),
    save: (_note, _changed, leaving) =>
      attempt(async () => {
        const act = () => bringIn(path, drafts);
        return { note: leaving ? act() : await alone(path, act), notices: [] };
      }),
    onChange: (renew, signal) =>
      addEventListener(
        "storage",
        ({ key }) => {
          if (key === null || key === siteKey(path)) renew();
        },
        { signal },
      ),
  };
}

/**
 * Keep what is on its way: what was deleted before its turn came is not.
 * @param {string} path
 * @param {Drafts} drafts
 */
function bringIn(path, drafts) {
  const draft = drafts.own();
  return draft ? keepChanged(path, draft.note, draft.changed) : kept(path);
}
