/**
 * Keeps answers in the learner's journal, by way of their kernel. They travel as messages, never as
 * traits: traits are saved in the notebook and handed in with it.
 *
 * @import { Replies } from "../form/answering.mjs"
 * @import { Kept, Names, Note } from "../form/rule.mjs"
 * @import { Store, Words } from "../form/store.mjs"
 * @import { Model } from "./model.mjs"
 *
 * @typedef {{request: string, type: "note" | "kept" | "replies" | "trouble", note: Kept | null,
 *   journal: string, lockless: boolean, notices: string[], message: string, replies: Replies}} Reply
 *   of the kernel; see widget.py
 * @typedef {{resolve: (reply: Reply) => void, reject: (error: Error) => void}} Waiting
 */

import { Drafts } from "../form/drafts.mjs";
import { Asleep, Told } from "../form/store.mjs";
import { howToStart } from "./starting.mjs";

/** @param {string} start  what to press */
const asleep = (start) =>
  `This notebook is not running. ${start}: the form opens, and your earlier answers come back.`;
/** @param {string} start */
const stopped = (start) =>
  "Not saved yet: this notebook has stopped running. What you wrote is kept in this browser until " +
  `it can be saved. ${start}.`;
/** @param {string} start */
const stoppedHere = (start) =>
  "Not saved: this notebook has stopped running, and this browser keeps nothing. Leave this page " +
  `open. ${start}: what you wrote here comes along.`;

/** @implements {Store} */
export class KernelStore {
  /** Known once the kernel has said whose journal this is. @type {Drafts | undefined} */
  drafts = undefined;
  #model;
  #form;
  #path;
  /** Whether the kernel has no lock of its own: that of live notebooks. */
  #lockless = false;
  /** @type {Map<string, Waiting>} */
  #waiting = new Map();
  /** @type {() => void} */
  #renew = () => {};

  /** @param {Model} model @param {HTMLElement} form */
  constructor(model, form) {
    this.#model = model;
    this.#form = form;
    this.#path = `${form.dataset.module}/${form.dataset.exercise}`;
    model.on("msg:custom", (reply) => this.#receive(reply));
  }

  /** @returns {Words} */
  get words() {
    const start = howToStart(this.#form);
    return {
      kept: "Kept in your journal.",
      held: "Kept in this browser until your journal answers.",
      waiting: stopped(start),
      adrift: stoppedHere(start),
      asleep: asleep(start),
    };
  }

  /** @param {() => void} renew @param {AbortSignal} [signal] */
  onChange(renew, signal) {
    this.#renew = renew;
    signal?.addEventListener("abort", () => {
      this.#renew = () => {};
    });
    // Another tab, or a command, may have written into the journal meanwhile.
    const renewIfSeen = () => document.visibilityState === "visible" && renew();
    document.addEventListener("visibilitychange", renewIfSeen, { signal });
  }

  async load() {
    // Nobody writes into an empty form that is not empty in the journal.
    if (!this.drafts) this.#allow(false);
    try {
      const { note, journal, lockless } = await this.#ask({ type: "load" });
      this.#lockless = lockless;
      this.drafts ??= new Drafts(`${server()}:${journal}`, this.#path);
      this.#allow(true);
      return note;
    } catch (error) {
      if (!(error instanceof Asleep)) this.#allow(true);
      throw error;
    }
  }

  /** @param {string} path */
  async other(path) {
    return (await this.#ask({ type: "other", exercise: path })).note;
  }

  /** What this form answers. */
  async replies() {
    return (await this.#ask({ type: "replies" })).replies;
  }

  /** @param {Note} note @param {Names} changed */
  async save(note, changed) {
    const ask = () => this.#ask({ type: "save", note, changed: [...changed] });
    return this.#lockless && navigator.locks ? inTurn(ask) : ask();
  }

  /**
   * @param {object} message
   * @returns {Promise<Reply>} which may never come
   */
  #ask(message) {
    return new Promise((resolve, reject) => {
      const request = `${Date.now()}-${Math.random()}`;
      this.#waiting.set(request, { resolve, reject });
      try {
        this.#model.send({ ...message, request });
      } catch {
        this.#waiting.delete(request);
        reject(new Asleep(this.words.asleep)); // there is no kernel
      }
    });
  }

  /** @param {Reply} reply */
  #receive(reply) {
    const asked = this.#waiting.get(reply.request);
    this.#waiting.delete(reply.request);
    if (reply.type === "trouble") asked?.reject(new Told(reply.message));
    else if (asked) asked.resolve(reply);
    else if (reply.type === "kept") this.#renew(); // by another view of this exercise
  }

  /** @param {boolean} yes */
  #allow(yes) {
    for (const control of this.#form.querySelectorAll("input, textarea, select, button")) {
      control.toggleAttribute("disabled", !yes);
    }
  }
}

/** How long a kernel that does not answer keeps others waiting, in milliseconds. */
const LONGEST_TURN = 10_000;

/**
 * Let one kernel after the other write into the one journal of this browser: each reads it whole
 * and writes it whole.
 * @template Result
 * @param {() => Promise<Result>} act
 * @returns {Promise<Result>}
 */
function inTurn(act) {
  return new Promise((resolve, reject) => {
    navigator.locks.request("allyship-journal", () => {
      const done = act();
      done.then(resolve, reject);
      const tooLong = new Promise((give) => setTimeout(give, LONGEST_TURN));
      return Promise.race([done, tooLong]).catch(() => {});
    });
  });
}

/** Whose server this is: learners of one hub may sit at the same browser, one after the other. */
function server() {
  try {
    const config = document.getElementById("jupyter-config-data")?.textContent ?? "{}";
    return JSON.parse(config).baseUrl ?? "";
  } catch {
    return "";
  }
}
