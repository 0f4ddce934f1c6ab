/**
 * Starts a page of the book: its forms first, then what is around them. What few pages need is
 * loaded where it is wanted.
 */

import { all } from "../form/dom.mjs";
import { enhance } from "../form/exercise.mjs";
import { announce, keptPaths, pageStore } from "./browser-store.mjs";
import { offerDark } from "./colours.mjs";
import { keepOffline } from "./keep-offline.mjs";
import { coursePart } from "./site.mjs";
import { watchForms } from "./summary.mjs";

async function start() {
  const forms = all(document, 'form[data-place="page"]');
  await Promise.all(forms.map((form) => enhance(form, pageStore(form))));
  if (!document.querySelector("[data-course]")) return; // not a page of the book
  // Whoever comes back to a page finds it as it was left, and what is kept may be another by then.
  addEventListener("pageshow", ({ persisted }) => persisted && announce());
  offerDark();
  watchForms();
  keepOffline();
  openProgress();
  openJournal();
  openCertificate();
  offerSubmission();
}

/** Whether this browser holds anything that was done on this site. */
function begun() {
  try {
    return keptPaths().length > 0;
  } catch {
    return false;
  }
}

async function openProgress() {
  // Who begins has nothing to see here yet, and nothing is fetched while somebody writes.
  if (begun()) (await import("./progress.mjs")).followProgress();
}

async function openJournal() {
  const place = coursePart("journal");
  if (place) (await import("./my-journal.mjs")).showJournal(place);
}

function openCertificate() {
  const place = coursePart("certificate");
  if (!place) return;
  const watch = new IntersectionObserver(
    async (seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      watch.disconnect();
      (await import("./certificate.mjs")).showCertificate(place);
    },
    { rootMargin: "400px" },
  );
  watch.observe(place);
}

function offerSubmission() {
  const button = coursePart("submission");
  button?.addEventListener("click", async () =>
    (await import("./submission.mjs")).prepareSubmission(button.dataset.module ?? ""),
  );
}

if (document.readyState === "loading") {
  document.addEventListener("readystatechange", start, { once: true });
} else {
  start();
}
