/**
 * The window that a platform opens: it has the session, and the course's pages in a frame or in a
 * window of their own.
 *
 * @import { Heard } from "../../../book/platform.mjs"
 * @import { Course, Platform } from "./session.mjs"
 */

import { make, setText } from "../../../form/dom.mjs";
import { part } from "../../../form/parts.mjs";
import { Told } from "../../../form/store.mjs";
import { Session } from "./session.mjs";
import { sha256 } from "./sha256.mjs";

const BROKEN =
  "The course could not be opened. What you wrote earlier is kept in this browser. Close this page " +
  "and open the course again from your platform.";
const INSIDE =
  "Your platform shows this course inside another site. Some browsers keep what you write there " +
  "only until you close them.";
const NOT_KEPT =
  "Your browser keeps nothing for a course inside another site. Open it in a window of its own: " +
  "there all that you write is kept, and your platform is told all the same.";
const ELSEWHERE =
  "The course is open in a window of its own. Leave this page open meanwhile: your platform is told " +
  "through it how many exercises are complete.";
const REFUSED =
  "Your browser did not let the window open. Allow this site to open windows, and try again.";

/** @param {Platform} platform */
export async function launch(platform) {
  try {
    await openCourse(platform, JSON.parse(part(document, "course").textContent ?? ""));
  } catch (error) {
    setText(part(document, "words"), error instanceof Told ? error.message : BROKEN);
  }
}

/** @param {Platform} platform @param {Course} course */
async function openCourse(platform, course) {
  const opened = await platform.open();
  const learner = sha256(`${course.salt}:${opened.learner}`).slice(0, 32);
  const place = new Place(course, `allyship-${learner}`);
  const session = new Session(platform, course, opened, (heard) => place.answer(heard));
  addEventListener("message", ({ source, origin, data }) => {
    if (origin !== location.origin || !place.shows(source) || data?.allyship !== "complete") return;
    if (data.keeps !== true) place.offerWindow(NOT_KEPT);
    session.hear(data.paths);
  });
  addEventListener("pagehide", () => platform.close(), { once: true });
  // The session has ended then, and only a launch begins another.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  place.showFrame();
  if (opened.back) place.showWayBack(opened.back);
  if (isInsideAnotherSite()) place.offerWindow(INSIDE);
}

/** Whether browsers count the platform's window around this one as that of another site. */
function isInsideAnotherSite() {
  try {
    return !window.top?.location.href;
  } catch {
    return true;
  }
}

/** Where the course's pages are shown. */
class Place {
  #course;
  #name;
  /** @type {HTMLIFrameElement | null} */
  #frame = null;
  /** @type {Window | null} */
  #window = null;

  /** @param {Course} course @param {string} name  by which pages know whose answers they keep */
  constructor(course, name) {
    this.#course = course;
    this.#name = name;
    part(document, "open").addEventListener("click", () => this.#openWindow());
  }

  showFrame() {
    const { title, start } = this.#course;
    this.#frame = make("iframe", { title, name: this.#name, src: start });
    this.#frame.allow = "clipboard-write; fullscreen";
    this.#say("");
    document.body.append(this.#frame);
  }

  /** @param {string} address */
  showWayBack(address) {
    const link = /** @type {HTMLAnchorElement} */ (part(document, "back"));
    link.href = address;
    link.hidden = false;
    part(document, "words").parentElement?.removeAttribute("hidden");
  }

  /** Whether a message comes from the course. @param {MessageEventSource | null} source */
  shows(source) {
    return !!source && (source === this.#frame?.contentWindow || source === this.#window);
  }

  /** @param {Heard} heard */
  answer(heard) {
    const pages = this.#window ?? this.#frame?.contentWindow;
    pages?.postMessage({ allyship: "heard", ...heard }, location.origin);
  }

  /** @param {string} why */
  offerWindow(why) {
    if (this.#window) return;
    this.#say(why);
    part(document, "open").hidden = false;
    if (why !== NOT_KEPT) return;
    this.#frame?.remove();
    this.#frame = null;
  }

  #openWindow() {
    if (this.#window && !this.#window.closed) return this.#window.focus();
    // First, since the window gets the same name.
    this.#frame?.remove();
    this.#frame = null;
    this.#window = window.open(this.#course.start, this.#name);
    this.#say(this.#window ? ELSEWHERE : REFUSED);
    setText(part(document, "open"), this.#window ? "Show that window" : "Try again");
  }

  /** @param {string} words */
  #say(words) {
    const line = part(document, "words");
    setText(line, words);
    line.parentElement?.toggleAttribute("hidden", !words);
  }
}
