/** In "My journal": to keep the course on this device no longer, or again. */

import { keepNoLonger, OFF, register, registration } from "./keep-offline.mjs";
import { PACKAGED } from "./site.mjs";

const KEPT =
  "The course is kept on this device, so that you can go on without a line. " +
  "Your answers are kept either way.";
const NOT_KEPT = "The course is not kept on this device. You need a line to open a page.";

/**
 * @param {HTMLElement} place  with a line of words and a button
 */
export async function offerOfflineChoice(place) {
  if (PACKAGED || !("serviceWorker" in navigator)) return;
  const words = /** @type {HTMLElement} */ (place.querySelector("p"));
  const button = /** @type {HTMLElement} */ (place.querySelector("button"));
  const show = async () => {
    const isKept = await registration();
    words.textContent = isKept ? KEPT : NOT_KEPT;
    button.textContent = isKept ? "Keep it no longer" : "Keep it on this device";
  };
  button.addEventListener("click", async () => {
    if (await registration()) {
      await keepNoLonger();
    } else {
      localStorage.removeItem(OFF);
      await register();
    }
    await show();
  });
  await show();
  place.hidden = false;
}
