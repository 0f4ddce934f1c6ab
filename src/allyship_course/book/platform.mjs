/**
 * A page of the package that a learning platform shows. It tells the window that launched the
 * course which exercises are complete, by their paths, and the learner what came of it. No answer
 * leaves the page.
 *
 * @import { ModuleOutline } from "./course.mjs"
 *
 * @typedef {"telling" | "told" | "untold" | "silent"} Hearing  whether the platform knows; silent
 *   in a session of which a platform keeps nothing
 * @typedef {{hearing: Hearing, earlier: string[]}} Heard  what the launching window answers;
 *   earlier are the exercises that the platform knew as complete when the course was opened
 */

import { make, setText } from "../form/dom.mjs";
import { plural } from "../form/words.mjs";
import { kept } from "./browser-store.mjs";
import { fetchOutline } from "./course.mjs";
import { stations } from "./go-on.mjs";
import { canKeep } from "./kept-answers.mjs";
import { coursePart, SITE } from "./site.mjs";

/** So many milliseconds may pass until the launching window answers. */
const LAUNCHER_ANSWERS = 10_000;

const WINDOW_GONE =
  "Your platform can’t be told: the window in which it opened this course is closed. What you " +
  "wrote is kept in this browser. Open the course again from your platform, and it is told then.";
const UNTOLD =
  "Your platform does not answer. What you wrote is kept in this browser, and the course goes on " +
  "trying. If this stays, open the course again from your platform, and it is told then.";
const SILENT = "You are looking at the course as it was handed in. Your platform is told nothing.";
const NOT_KEPT =
  "This browser keeps nothing for a course inside another site. Close this page and choose " +
  "“Open in a window of its own” where you launched the course.";

/** Where the course was launched: around this page, or in the window that opened this one. */
const launcher = () => /** @type {Window | null} */ (parent === window ? opener : parent);

/** Tell the platform what is complete, now and whenever that changes. */
export async function followPlatform() {
  const modules = (await fetchOutline()).filter(({ collected }) => collected);
  const line = new Line(modules);
  document.addEventListener("ac-kept", () => line.tell());
  addEventListener("storage", () => line.tell());
  addEventListener("message", ({ source, origin, data }) => {
    if (source === launcher() && origin === location.origin && data?.allyship === "heard") {
      line.show(data);
    }
  });
  setInterval(() => line.look(), LAUNCHER_ANSWERS / 2);
  line.tell();
}

/** The line at the page's head that says what the platform knows. */
class Line {
  #modules;
  #place = coursePart("platform");
  #since = Date.now();
  // Once: looking writes, which other windows hear, and would look in their turn.
  #keeps = canKeep();

  /** @param {ModuleOutline[]} modules */
  constructor(modules) {
    this.#modules = modules;
  }

  /** The paths of what is complete in this browser. */
  #complete() {
    return stations(this.#modules, kept)
      .filter(({ complete }) => complete)
      .map(({ module, exercise }) => `${module.id}/${exercise.id}`);
  }

  tell() {
    const message = { allyship: "complete", paths: this.#complete(), keeps: this.#keeps };
    launcher()?.postMessage(message, location.origin);
    this.look();
  }

  /** Nobody has answered for long, or nobody is there. */
  look() {
    const host = launcher();
    const isSilent = this.#since > 0 && Date.now() - this.#since > LAUNCHER_ANSWERS;
    if (host && !host.closed && !isSilent) return;
    this.#say(this.#keeps ? WINDOW_GONE : NOT_KEPT, true);
  }

  /** @param {Heard} heard */
  show({ hearing, earlier }) {
    this.#since = 0;
    if (!this.#keeps) return this.#say(NOT_KEPT, true);
    if (hearing === "untold") return this.#say(UNTOLD, true);
    if (hearing === "silent") return this.#say(SILENT, false);
    const here = this.#complete();
    const elsewhere = earlier.filter((path) => !here.includes(path)).length;
    const done = here.length + elsewhere;
    const of = this.#modules.reduce((sum, { exercises }) => sum + exercises.length, 0);
    const state = hearing === "told" ? "Your platform knows this" : "Your platform is being told";
    this.#say(`${done} of ${plural(of, "exercise")} complete. ${state}, and no word of yours.`);
    if (elsewhere) this.#sayElsewhere(elsewhere);
  }

  /** @param {string} text @param {boolean} [isTrouble] */
  #say(text, isTrouble = false) {
    const line = this.#place?.querySelector("p");
    setText(line, text);
    this.#place?.toggleAttribute("data-trouble", isTrouble);
    this.#place?.querySelector("p + p")?.remove();
  }

  /** @param {number} count */
  #sayElsewhere(count) {
    const href = new URL("my-journal.html", SITE).href;
    const told =
      `${plural(count, "exercise")} of these you completed on another device or in another browser, ` +
      "or have deleted here. What you wrote there can be saved there in ";
    const journal = make("a", { href, textContent: "My journal" });
    this.#place?.append(make("p", {}, told, journal, ", and taken in here on the same page."));
  }
}
