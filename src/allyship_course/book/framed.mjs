/**
 * A page inside another site, a learning platform's for example, where the browser lets it keep
 * nothing: most browsers refuse it there. In a window of its own it may.
 */

import { all, make } from "../form/dom.mjs";

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

/** Offer a window of the page's own, at the page's head and in each exercise. */
export function offerWindow() {
  const link = (/** @type {string} */ hash) =>
    make("a", {
      href: location.href.replace(/#.*/u, "") + hash,
      target: "_blank",
      rel: "noopener",
      textContent: "Open it in a window of its own",
    });
  const head = document.getElementById("content");
  head?.prepend(make("p", { className: "ac-framed" }, `${FRAMED} `, link(location.hash)));
  for (const form of all(document, 'form[data-place="page"]')) {
    form
      .querySelector(".ac-trouble")
      ?.after(make("p", { className: "ac-out" }, link(`#${form.id}`)));
  }
}
