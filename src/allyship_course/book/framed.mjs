/**
 * A page inside another site, a learning platform's for example, where the browser lets it keep
 * nothing: most browsers refuse it there. In a window of its own it may.
 */

export const FRAMED =
  "This page stands inside another site, and there your browser lets it keep nothing. " +
  "In a window of its own your answers are kept. What stands here stays until you close the page.";

/** Whether the page is in another one that keeps it from the browser's store. */
export function isShutOut() {
  if (globalThis.self === globalThis.top) return false;
  try {
    localStorage.getItem("");
    return false;
  } catch {
    return true;
  }
}
