/**
 * The search page: under each page that Sphinx's search finds, the sentence with the word, and a
 * link to where it stands. A page is fetched only when its line comes on screen.
 */

import { all, make } from "../form/dom.mjs";

const BLOCKS = "p, li, dt, dd, legend, label, td, th, h2, h3, h4, figcaption";
const LONGEST = 240;

/** The words that are sought, from the address. */
function soughtWords() {
  const query = new URLSearchParams(location.search).get("q") ?? "";
  return query
    .toLocaleLowerCase()
    .split(/[^\p{L}\p{N}'’-]+/u)
    .filter((word) => word.length > 1);
}

/** The search knows other endings of a word as well: its beginning. @param {string} word */
const beginningOf = (word) => word.slice(0, Math.max(3, word.length - 2));

/**
 * Where in a text a sought word stands, and how long it is.
 * @param {string} text
 * @param {string[]} words
 */
function findIn(text, words) {
  const lower = text.toLocaleLowerCase();
  for (const word of [...words, ...words.map(beginningOf)]) {
    const at = lower.indexOf(word);
    if (at >= 0) return { at, length: word.length };
  }
  return null;
}

/** @param {string} text @param {number} at */
function sentenceAround(text, at) {
  const ends = [...text.matchAll(/[.?!…][”"’)]?\s+/gu)].map((end) => end.index + end[0].length);
  const from = ends.filter((end) => end <= at).at(-1) ?? 0;
  const to = ends.find((end) => end > at) ?? text.length;
  if (to - from <= LONGEST) return { from, to };
  const near = Math.max(from, text.lastIndexOf(" ", Math.max(0, at - LONGEST / 3)) + 1);
  const last = text.indexOf(" ", near + LONGEST);
  return { from: near, to: last < 0 ? to : Math.min(last, to) };
}

/** @param {HTMLElement} line  one page that was found */
async function showSentence(line) {
  const link = line.querySelector("a");
  if (!link) return;
  const words = soughtWords();
  const page = await (await fetch(link.href)).text();
  const article = new DOMParser().parseFromString(page, "text/html").querySelector("article");
  for (const block of article ? all(article, BLOCKS) : []) {
    const text = (block.textContent ?? "").replace(/\s+/gu, " ").trim();
    const hit = findIn(text, words);
    if (!hit) continue;
    const section = block.closest("form[id], section[id]");
    if (section && !link.hash && section.parentElement?.closest("section")) link.hash = section.id;
    line.append(excerpt(text, hit));
    return;
  }
}

/** @param {string} text @param {{at: number, length: number}} hit */
function excerpt(text, { at, length }) {
  const { from, to } = sentenceAround(text, at);
  const end = text.slice(at + length).match(/^[\p{L}\p{N}]*/u)?.[0].length ?? 0;
  return make(
    "p",
    { className: "context" },
    `${from && !/[.?!…][”"’)]?\s+$/u.test(text.slice(0, from)) ? "… " : ""}${text.slice(from, at)}`,
    make("mark", { textContent: text.slice(at, at + length + end) }),
    text.slice(at + length + end, to).trimEnd(),
  );
}

/** @param {HTMLElement} results  where Sphinx's search puts what it finds */
export function showSentences(results) {
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      showSentence(/** @type {HTMLElement} */ (target)).catch(() => {
        // No line just now: the title is there all the same.
      });
    }
  });
  const watchLines = () => {
    for (const line of all(results, "ul.search > li:not([data-seen])")) {
      line.setAttribute("data-seen", "");
      near.observe(line);
    }
  };
  new MutationObserver(watchLines).observe(results, { childList: true, subtree: true });
  watchLines(); // Sphinx's search may have been quicker.
}
