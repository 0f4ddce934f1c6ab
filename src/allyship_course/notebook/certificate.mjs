/**
 * The certificate in Jupyter. What is complete is what the kernel read in the journal; the name
 * is no trait of the model, so that no notebook ever holds it.
 *
 * @import { View } from "./model.mjs"
 */

import { fillCertificate } from "../form/certificate.mjs";
import { keepAllKeys } from "./keys.mjs";
import { putHtml } from "./model.mjs";

/** @param {View} view */
function render(view) {
  const place = putHtml(view, "certificate_html");
  keepAllKeys(view.el, place.querySelector("input"));
  fillCertificate(place, () => view.model.get("modules"), "in your journal");
}

export default { render };
