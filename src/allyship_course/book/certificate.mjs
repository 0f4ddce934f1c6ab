/** The certificate on the published page: of what is complete in this browser. */

import { fillCertificate } from "../form/certificate.mjs";
import { kept } from "./browser-store.mjs";
import { fetchOutline } from "./course.mjs";
import { stations } from "./go-on.mjs";

/** @param {HTMLElement} place */
export async function showCertificate(place) {
  const modules = (await fetchOutline()).filter((module) => module.collected);
  const states = () =>
    modules.map((module) => ({
      title: module.title,
      complete: stations([module], kept).every(({ complete }) => complete),
    }));
  fillCertificate(place, states, "on this device");
}
