/** Keeps the course on this device, so that it can be read without a line. */

import { PACKAGED, SITE, siteKey } from "./site.mjs";

/** The service worker's address. */
const WORKER = new URL("offline.js", SITE);

/** Under this name stands that somebody does not want it. */
export const OFF = siteKey("offline");

/** Whether the learner switched it off. */
function keepsNothing() {
  try {
    return localStorage.getItem(OFF) === "off";
  } catch {
    return true; // a browser that keeps no answers is not asked to keep the course
  }
}

export const register = () => navigator.serviceWorker.register(WORKER);

/** Keep the course on this device. It waits until the page works and the line is free. */
export function keepOffline() {
  const line = /** @type {{connection?: {saveData: boolean}}} */ (navigator).connection;
  if (PACKAGED || !("serviceWorker" in navigator) || line?.saveData || keepsNothing()) return;
  const begin = () =>
    register().catch(() => {
      // Not over http, not from a file, not in some private windows: the page works without.
    });
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}
