/** Keeps the course on this device, so that it can be read without a line, until a reader says no. */

import { COURSE, coursePart, SITE, siteKey } from "./site.mjs";

/** The service worker's address. */
const WORKER = new URL("offline.js", SITE);

/** Under this name stands that somebody does not want it. */
export const OFF = siteKey("offline");

/** With this in a page's address the service worker takes itself away: offline.js knows it too. */
const REMOVE = "offline=remove";

/** Whether the learner switched it off. */
function keepsNothing() {
  try {
    return localStorage.getItem(OFF) === "off";
  } catch {
    return true; // a browser that keeps no answers is not asked to keep the course
  }
}

export const register = () => navigator.serviceWorker.register(WORKER);
export const registration = () => navigator.serviceWorker.getRegistration(SITE.href);

/** Keep the course no longer, from now on. */
export async function keepNoLonger() {
  localStorage.setItem(OFF, "off");
  await (await registration())?.unregister();
  // They carry the address as the worker has it.
  const ours = (await caches.keys()).filter((name) =>
    name.startsWith(`${COURSE}:${SITE.pathname}:`),
  );
  await Promise.all(ours.map((name) => caches.delete(name)));
}

/** Keep the course on this device. */
export async function keepOffline() {
  if (!("serviceWorker" in navigator)) return;
  await removeIfAsked();
  const line = /** @type {{connection?: {saveData: boolean}}} */ (navigator).connection;
  if (!line?.saveData && !keepsNothing()) {
    try {
      await register();
    } catch {
      // Not over http, not from a file, not in some private windows: the page works without.
    }
  }
  await offerRemoval();
}

/** Who followed the link in the foot comes back to the same page. */
async function removeIfAsked() {
  const query = new URLSearchParams(location.search);
  const place = coursePart("offline");
  if (!place || query.toString() !== REMOVE) return;
  history.replaceState(history.state, "", location.pathname);
  await keepNoLonger();
  const words = /** @type {HTMLElement} */ (place.querySelector("[role=status]"));
  words.textContent = "The offline copy is removed. Your answers are still here.";
  keepInView(place);
}

/** The page above still grows when its end fills in. @param {HTMLElement} place */
function keepInView(place) {
  const watch = new ResizeObserver(() => place.scrollIntoView());
  watch.observe(document.body);
  for (const event of ["wheel", "pointerdown", "keydown", "touchmove"]) {
    addEventListener(event, () => watch.disconnect(), { once: true, passive: true });
  }
}

/** In the foot of every page: a way out of what is kept, where something is kept. */
async function offerRemoval() {
  const link = coursePart("offline")?.querySelector("a");
  if (!link) return;
  // Here too: a host may send to an address without what stands behind it.
  link.addEventListener("click", () => localStorage.setItem(OFF, "off"));
  // Where a browser lets a page keep nothing, it does not even say whether it does.
  link.hidden = !(await registration().catch(() => null));
}
