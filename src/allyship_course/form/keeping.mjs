/**
 * Keeps what is changed in a form, and puts in what is kept.
 *
 * @import { Names, Note } from "./rule.mjs"
 * @import { Store } from "./store.mjs"
 */

import { setText } from "./dom.mjs";
import { read, show, write } from "./form.mjs";
import { EMPTY, merge } from "./rule.mjs";
import { Asleep } from "./store.mjs";

/** How long nobody types before it is kept, in milliseconds. */
const PAUSE = 300;

export class Keeping {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #loaded = false;
  /** What was changed here and is not kept yet. @type {Names} */
  #changed = new Set();
  #form;
  #store;

  /** @param {HTMLElement} form @param {Store} store */
  constructor(form, store) {
    this.#form = form;
    this.#store = store;
    store.onOther((note) => {
      this.#take(note);
      if (this.#changed.size && !this.#timer) this.#save();
    });
  }

  /** Put in what is kept; trouble with it is told. */
  load() {
    return this.#load().catch((error) => this.#tellTrouble(error));
  }

  /** Something was changed by hand. @param {Iterable<string>} names */
  change(names) {
    for (const name of names) this.#changed.add(name);
    show(this.#form);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), PAUSE);
  }

  /** Keep now what waits to be kept. */
  flush() {
    if (this.#timer) this.#save();
  }

  async #load() {
    try {
      this.#take(await this.#store.load());
    } catch (error) {
      // Whoever answers that there is trouble has answered; whoever is asleep is asked again.
      this.#loaded = !(error instanceof Asleep);
      throw error;
    }
  }

  /** Put in a note, but not over what was changed here meanwhile. @param {Note | null} note */
  #take(note) {
    this.#loaded = true;
    write(this.#form, merge(read(this.#form), note ?? EMPTY, this.#changed));
    show(this.#form, true);
    this.#tell(note ? this.#store.saved : "", "");
  }

  async #save() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let sent = this.#changed;
    try {
      // Earlier answers first: what is kept would be lost under a form without them.
      if (!this.#loaded) await this.#load();
      sent = this.#changed;
      this.#changed = new Set();
      const notices = await this.#store.save(read(this.#form), sent);
      this.#tell(this.#store.saved, notices.join(" "));
      this.#form.dispatchEvent(new Event("ac-kept", { bubbles: true }));
    } catch (error) {
      this.#changed = new Set([...sent, ...this.#changed]);
      this.#tellTrouble(error);
    }
  }

  /** @param {string} saved @param {string} trouble */
  #tell(saved, trouble) {
    setText(this.#form.querySelector(".ac-saved"), saved);
    setText(this.#form.querySelector(".ac-trouble"), trouble);
  }

  /** @param {unknown} error */
  #tellTrouble(error) {
    this.#tell("", error instanceof Error ? error.message : String(error));
  }
}
