/** What a page says of its own exercises: how many are complete, and what is next. */

import { all, setText } from "../form/dom.mjs";
import { plural } from "../form/words.mjs";

/**
 * At a module's head and end: how many of its exercises are complete, and what is next.
 * @param {HTMLElement} summary
 */
export function watchForms(summary) {
  const forms = all(document, "form.ac-exercise");
  const eyebrow = document.querySelector(".eyebrow");
  const length = eyebrow?.textContent;
  const show = () => {
    const done = forms.filter(isComplete);
    const count = `${done.length} of ${plural(forms.length, "exercise")} complete`;
    setText(summary.querySelector("p"), `${count} on this device.`);
    if (length) setText(eyebrow, done.length ? `${length} · ${count}` : length);
    for (const [i, item] of all(summary, "ul > li").entries()) {
      if (item.lastChild)
        item.lastChild.textContent = isComplete(forms[i]) ? ": complete" : ": open";
    }
    showNext(
      summary,
      forms.find((form) => !isComplete(form)),
    );
  };
  const watch = new MutationObserver(show);
  for (const form of forms) {
    watch.observe(form, { attributes: true, attributeFilter: ["data-complete"] });
  }
  show();
}

/** @param {HTMLElement} form */
const isComplete = (form) => form.hasAttribute("data-complete");

/**
 * At a module's end: the exercise that is open, or else the next module.
 * @param {HTMLElement} summary
 * @param {HTMLElement | undefined} open
 */
function showNext(summary, open) {
  /** @type {HTMLAnchorElement | null} */
  const next = summary.querySelector('[data-part="next"] a');
  /** @type {HTMLAnchorElement | null} */
  const after = document.querySelector('.onward [rel="next"]');
  const onward = open ? `#${open.id}` : after?.href;
  next?.parentElement?.toggleAttribute("hidden", !onward);
  if (!next || !onward) return;
  next.href = onward;
  setText(next, (open?.querySelector(".ac-title") ?? after?.lastChild)?.textContent ?? "");
}
