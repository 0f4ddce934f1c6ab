/**
 * The certificate, on the published page and in Jupyter. The name stands in this page only; it goes
 * to paper and nowhere else.
 *
 * @typedef {{title: string, complete: boolean}} ModuleState
 */

import { make } from "./dom.mjs";
import { inputPart, part } from "./parts.mjs";

const NAME_FIRST = "First type your name, as it should stand on the certificate.";

/**
 * Fill in the certificate, which is there once somebody has given a name.
 * @param {HTMLElement} place
 * @param {() => ModuleState[]} states
 * @param {string} where they are kept
 */
export function fillCertificate(place, states, where) {
  const name = inputPart(place, "name");
  let nameIsMissing = false;
  const show = () => {
    nameIsMissing &&= !name.value.trim();
    const modules = states();
    const done = modules.filter((module) => module.complete);
    const open = modules.filter((module) => !module.complete).map((module) => module.title);
    const some = `${done.length} of ${modules.length} modules`;
    part(place, "list").replaceChildren(
      ...done.map((module) => make("li", { textContent: module.title })),
    );
    const far = open.length
      ? `Complete ${where}: ${some}. Still open: ${open.join(", ")}.`
      : `All ${modules.length} modules are complete.`;
    part(place, "status").textContent = nameIsMissing ? NAME_FIRST : far;
    part(place, "of").textContent = open.length ? some : `all ${modules.length} modules`;
    part(place, "who").textContent = name.value.trim();
    part(place, "sheet").hidden = !name.value.trim();
    part(place, "date").textContent = new Date().toLocaleDateString(
      document.documentElement.lang || undefined,
      { dateStyle: "long" },
    );
  };
  name.addEventListener("input", show);
  part(place, "print").addEventListener("click", () => {
    nameIsMissing = true;
    show();
    if (nameIsMissing) return name.focus();
    printAlone(/** @type {Element} */ (place.querySelector(".ac-certificate")));
  });
  part(place, "print").hidden = false;
  document.addEventListener("ac-kept", show);
  show();
  place.setAttribute("data-ready", "");
}

/**
 * Print one element and nothing else of the page that it stands in, be it ours or Jupyter's.
 * @param {Element} element
 */
function printAlone(element) {
  const sheet = /** @type {Element} */ (element.cloneNode(true));
  document.body.append(sheet);
  document.body.classList.add("ac-print-certificate");
  const tidyUp = () => {
    sheet.remove();
    document.body.classList.remove("ac-print-certificate");
  };
  addEventListener("afterprint", tidyUp, { once: true });
  print();
}
