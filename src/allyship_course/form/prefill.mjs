/**
 * Fields that begin with what was written earlier: the words are put in when somebody comes to the
 * empty field, once, as if they had typed them.
 *
 * @import { Store } from "./store.mjs"
 */

import { textarea, typeInto } from "./controls.mjs";
import { all, make } from "./dom.mjs";
import { own, textOf } from "./values.mjs";

const PUT_IN = "This is what you wrote earlier. Change it, or take it out.";

/** @param {HTMLElement} form @param {Store} store */
export function offerEarlier(form, store) {
  for (const field of all(form, "[data-prefill]")) {
    const control = textarea(field) ?? field.querySelector("input");
    const told = make("p", { className: "ac-hint" });
    told.setAttribute("role", "status");
    field.append(told);
    const begin = async () => {
      control.removeEventListener("focus", begin);
      if (control.value) return;
      const text = await earlierText(form, store, field.dataset.prefill ?? "");
      if (!text || control.value || !control.matches(":focus")) return;
      typeInto(control, text);
      told.textContent = PUT_IN;
    };
    control.addEventListener("focus", begin);
    if (control.matches(":focus")) begin();
  }
}

/**
 * @param {HTMLElement} form
 * @param {Store} store
 * @param {string} path  module/exercise/field, or module/exercise/compose of this very form
 */
async function earlierText(form, store, path) {
  const [module, exercise, id] = path.split("/");
  if (id === "compose") return composed(form);
  return textOf(own((await store.other(`${module}/${exercise}`))?.answers, id));
}

/** The form's own draft, once nothing in it is a gap. @param {HTMLElement} form */
function composed(form) {
  const text = form.querySelector("[data-template]")?.textContent ?? "";
  return text.includes("__________") ? "" : text.trim();
}
