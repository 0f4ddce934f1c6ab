/** A page inside another site offers a window of its own. */

import { all, make } from "../form/dom.mjs";
import { FRAMED } from "./framed.mjs";

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
