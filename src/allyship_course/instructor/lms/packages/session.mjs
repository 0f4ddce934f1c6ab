/**
 * One session with a learning platform. Pages say which exercises are complete, and all that is
 * passed on is drawn from what the package lists: whatever else comes in reaches no platform.
 *
 * @import { Hearing, Heard } from "../../../book/platform.mjs"
 *
 * @typedef {object} Course  what the package says of itself
 * @property {string} title
 * @property {string} start  the page that is shown first
 * @property {string} salt  so that the names of two courses' learners differ
 * @property {boolean} passed  whether who has completed all has passed, too
 * @property {Record<string, string>} marks  what stands for an exercise, by module/exercise
 *
 * @typedef {object} Opened  what a platform says when a session begins
 * @property {string} learner  the id of who is learning
 * @property {string[]} marks  of the exercises that were complete before
 * @property {boolean} listens  false where it keeps nothing of this session
 * @property {string} [back]  where the platform wants people to go when they are done
 *
 * @typedef {{marks: string[], share: number, complete: boolean, passed: boolean}} State  all that a
 *   platform hears; share goes from 0 to 1
 *
 * @typedef {object} Platform
 * @property {() => Promise<Opened>} open  throws Told with what to do
 * @property {(state: State) => Promise<void>} tell  throws where the platform did not take it
 * @property {() => void} close
 */

/** Milliseconds until it is tried again; the last one stays. */
const PAUSES = [2_000, 5_000, 15_000, 60_000];

export class Session {
  #platform;
  #course;
  #report;
  #listens;
  /** @type {Set<string>} */
  #complete;
  #earlier;
  /** @type {Hearing} */
  #hearing = "telling";
  #toldLast = "";
  #isTelling = false;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Platform} platform
   * @param {Course} course
   * @param {Opened} opened
   * @param {(heard: Heard) => void} report  called when there is something new to tell
   */
  constructor(platform, course, opened, report) {
    this.#platform = platform;
    this.#course = course;
    this.#report = report;
    this.#listens = opened.listens;
    if (!opened.listens) this.#hearing = "silent";
    this.#earlier = Object.keys(course.marks).filter((path) =>
      opened.marks.includes(course.marks[path]),
    );
    this.#complete = new Set(this.#earlier);
  }

  /** @returns {Heard} */
  get heard() {
    return { hearing: this.#hearing, earlier: this.#earlier };
  }

  /**
   * What a page says is complete. What was complete stays so: the platform would not understand
   * that somebody deletes what they wrote.
   * @param {unknown} paths
   */
  hear(paths) {
    const known = Array.isArray(paths) ? paths : [];
    for (const path of known) {
      if (Object.hasOwn(this.#course.marks, path)) this.#complete.add(path);
    }
    this.#tell();
  }

  /** @returns {State} */
  #state() {
    const all = Object.entries(this.#course.marks);
    const marks = all.filter(([path]) => this.#complete.has(path)).map(([, mark]) => mark);
    const complete = marks.length === all.length;
    const { passed } = this.#course;
    return { marks, share: marks.length / all.length, complete, passed: complete && passed };
  }

  /** Tell the platform what it does not know yet; again after a while where it does not take it. */
  async #tell() {
    const state = this.#state();
    const text = state.marks.join(" ");
    const isKnown = this.#hearing === "told" && text === this.#toldLast;
    if (!this.#listens || this.#isTelling || isKnown) return this.#report(this.heard);
    this.#isTelling = true;
    clearTimeout(this.#timer);
    try {
      await this.#platform.tell(state);
      this.#toldLast = text;
      this.#failures = 0;
      this.#hearing = "told";
    } catch {
      const pause = PAUSES[Math.min(this.#failures, PAUSES.length - 1)];
      this.#failures += 1;
      this.#hearing = "untold";
      this.#timer = setTimeout(() => this.#tell(), pause);
    }
    this.#isTelling = false;
    this.#report(this.heard);
    const isNew = this.#state().marks.join(" ") !== text;
    if (isNew && this.#hearing === "told") await this.#tell();
  }
}
