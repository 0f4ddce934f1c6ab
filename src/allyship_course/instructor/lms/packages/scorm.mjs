/**
 * A platform that speaks SCORM: an object in a window around this one, or in the one that opened it,
 * with functions that set and get values by name.
 *
 * @import { Opened, Platform, State } from "./session.mjs"
 *
 * @typedef {(...texts: string[]) => unknown} Call
 *
 * @typedef {object} Dialect  the names that one edition of SCORM has for the same things
 * @property {string} object
 * @property {string} initialize
 * @property {string} terminate
 * @property {string} commit
 * @property {string} get
 * @property {string} set
 * @property {string} learner
 * @property {string} mode
 * @property {string} exit
 * @property {string} status
 * @property {(state: State) => Values} values
 *
 * @typedef {object} Values
 * @property {Record<string, string>} needed  what has to be taken
 * @property {Record<string, string>} welcome  what a platform may leave
 */

import { Told } from "../../../form/store.mjs";
import { NO_PLATFORM, NO_SESSION, NOBODY } from "./trouble.mjs";

/** SCORM wants no more than that many windows to be looked through. */
const DEEPEST = 500;
/** Where both stand, an exercise was complete before, or somebody only looks. */
const DONE = ["completed", "passed"];
const LOOKING = ["browse", "review"];
/** Before the marks, so that a later version knows what it reads. */
const VERSION = "1";

/** @implements {Platform} */
export class Scorm {
  #dialect;
  /** @type {Record<string, Call> | undefined} */
  #api;
  #wasDone = false;

  /** @param {Dialect} dialect */
  constructor(dialect) {
    this.#dialect = dialect;
  }

  /** @returns {Promise<Opened>} */
  async open() {
    const { object, initialize, learner, mode, status } = this.#dialect;
    this.#api = findApi(window, object) ?? findApi(window.opener, object);
    if (!this.#api) throw new Told(NO_PLATFORM);
    if (!this.#try(initialize, "")) throw new Told(NO_SESSION);
    const id = this.#get(learner);
    if (!id) throw new Told(NOBODY);
    this.#wasDone = DONE.includes(this.#get(status));
    const [version, ...marks] = this.#get("cmi.suspend_data").split(" ");
    return {
      learner: id,
      marks: version === VERSION ? marks : [],
      listens: !LOOKING.includes(this.#get(mode)),
    };
  }

  /** @param {State} state */
  async tell(state) {
    const { set, commit, status } = this.#dialect;
    const { needed, welcome } = this.#dialect.values(state);
    const marks = { "cmi.suspend_data": [VERSION, ...state.marks].join(" ") };
    for (const [name, value] of Object.entries({ ...marks, ...welcome })) {
      this.#try(set, name, value);
    }
    for (const [name, value] of Object.entries(needed)) {
      // Who has passed does not fall back when the course gets another exercise.
      if (name === status && this.#wasDone && !state.complete) continue;
      if (!this.#try(set, name, value)) throw new Error(`the platform did not take ${name}`);
    }
    if (!this.#try(commit, "")) throw new Error("the platform did not keep it");
  }

  close() {
    const { set, commit, terminate, exit } = this.#dialect;
    // Otherwise some platforms begin anew the next time, and forget the marks.
    this.#try(set, exit, "suspend");
    this.#try(commit, "");
    this.#try(terminate, "");
  }

  /** @param {string} name @param {string[]} texts @returns {boolean} whether it was done */
  #try(name, ...texts) {
    try {
      return String(this.#api?.[name](...texts)) === "true";
    } catch {
      return false;
    }
  }

  /** @param {string} name @returns {string} nothing where the platform has nothing */
  #get(name) {
    try {
      return String(this.#api?.[this.#dialect.get](name) ?? "");
    } catch {
      return "";
    }
  }
}

/**
 * Look for the platform's object in a window and those around it.
 * @param {Window | null} from
 * @param {string} object
 * @returns {Record<string, Call> | undefined}
 */
function findApi(from, object) {
  let here = from;
  try {
    for (let i = 0; here && i < DEEPEST; i++) {
      const api = /** @type {any} */ (here)[object];
      if (api) return api;
      here = here.parent === here ? null : here.parent;
    }
  } catch {
    // A window of another site, which SCORM can't be spoken through.
  }
  return undefined;
}
