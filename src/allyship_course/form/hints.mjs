/**
 * Which of an author's hints has something to ask about a text. A hint that speaks for no good
 * reason does more harm than one that is silent: what stands in quotation marks, what is denied
 * and what is a name never makes one speak. The words of a language come with the hints: they are in
 * hint-words.json.
 *
 * @typedef {{more_than?: number | null, fewer_than?: number | null}} WordLimit
 * @typedef {{word?: string[], phrase?: string[], starts?: string[], ends?: string[],
 *   lacks?: string | null, words?: WordLimit | null}} When  what of a text makes a hint speak; all
 *   that is given must hold
 * @typedef {{when: When, say: string}} Hint
 *
 * @typedef {{text: string, raw: string, mark: boolean}} Token  a word in small letters and as it was
 *   written, or a mark between words
 * @typedef {{tokens: Token[], start: boolean}} Stretch  words that belong together; `start` where a
 *   sentence begins with them
 * @typedef {{text: string, raw: string, mark: boolean, any?: string[]}} PatternPart  a token; where
 *   it has `any`, one of these texts will do
 * @typedef {{has: string[], not: string[]}} WordList
 * @typedef {{abbreviations: string[], otherwise: Record<string, string[]>, denials: string[],
 *   clauses: string[], parts: Record<string, string[]>, lists: Record<string, WordList>}} Language
 */

import { own } from "./values.mjs";
import { countWords } from "./words.mjs";

/** A number with points in it, a word, or one mark. */
const TOKEN = /\p{N}+(?:[.:/]\p{N}+)+|[\p{L}\p{N}\p{M}]+(?:['-][\p{L}\p{N}\p{M}]+)*|\S/gu;
const WORD_LIKE = /^[\p{L}\p{N}\p{M}]/u;
const SENTENCE_ENDS = [".", "!", "?", "…", ":"];

/** Stands where a quotation stood: whoever quotes "sorry if" has not written it. */
const QUOTATION = "\u{fffc}";
const STRETCH_ENDS = [...SENTENCE_ENDS, ";", "(", ")", "[", "]", QUOTATION];

/** Of a length that is bounded: else a long text with many marks would keep the page waiting. */
const QUOTATIONS = [
  /„[^“”]{0,600}[“”]/gu,
  /“[^”]{0,600}”/gu,
  /“.*/gu,
  /«[^»]{0,600}»/gu,
  /»[^«]{0,600}«/gu,
  /"[^"]{0,600}"/gu,
  /"(?=\p{L}).*/gu,
  /\B'(?=\S)(?:[^'\n]|'\p{L}){0,600}?'(?!\p{L})/gu,
];
const ONE_QUOTATION = /^\s*[“„"«»']([^“”„"«»]*)[”“"»«'][.!?]?\s*$/u;

/** The gap in "When …, I will …", which is still to be filled. */
const GAP = /\S\s+…(?=[\s,.]|$)/u;

/** A quoted sentence that ends, and the sentence around it with it. */
const ENDED = /[.!?…]\P{L}?$/u;

/** So many words before it, a "not" still denies a word, and a "whether" leaves it open. */
const DENIAL_REACHES = 5;

/**
 * The first hint that speaks, or null. None speaks about a text that is empty or still has a gap of
 * its starter.
 * @param {Hint[]} hints
 * @param {string} text
 * @param {ReadonlySet<number>} left  hints that the learner has left: they don't come back
 * @param {Language} words  of the language that the course is in
 * @returns {number | null}
 */
export function hintFor(hints, text, left, words) {
  if (!/[\p{L}\p{N}]/u.test(text) || GAP.test(text)) return null;
  const plain = text.replace(/[’‘ʼ＇]/gu, "'");
  const written = stretchesOf(withoutQuotations(plain), words);
  const all = stretchesOf(plain.replace(/\p{N}+/gu, "0"), words);
  const index = hints.findIndex(
    ({ when }, i) =>
      !left.has(i) &&
      Object.values(when).some((given) => Object.values(given ?? {}).some((one) => one !== null)) &&
      withinLimits(when.words, countWords(text)) &&
      (!when.lacks || lacks(all, when.lacks, words)) &&
      hasWords(written, when, words),
  );
  return index < 0 ? null : index;
}

/** @param {WordLimit | null | undefined} limit @param {number} count */
const withinLimits = (limit, count) =>
  count > (limit?.more_than ?? 0) && count < (limit?.fewer_than ?? Number.POSITIVE_INFINITY);

/** @param {Stretch[]} stretches @param {When} when @param {Language} words */
function hasWords(stretches, when, words) {
  const last = stretches.at(-1)?.tokens ?? [];
  /** @type {[string[] | undefined, (pattern: PatternPart[]) => boolean][]} */
  const rules = [
    [when.word, (pattern) => stretches.some((one) => says(one, pattern, words))],
    [when.phrase, (pattern) => stretches.some((one) => says(one, pattern, words))],
    [when.starts, (pattern) => stretches.some((one) => one.start && startsWith(one, pattern))],
    [when.ends, (pattern) => last.some((_, at) => endsWith(last, pattern, at))],
  ];
  return rules.every(([texts, holds]) => !texts?.length || texts.some((t) => holds(patternOf(t))));
}

/**
 * Whether a pattern stands at `at` and no word comes after it.
 * @param {Token[]} tokens
 * @param {PatternPart[]} pattern
 * @param {number} at
 */
function endsWith(tokens, pattern, at) {
  const end = endOf(pattern, tokens, at);
  return end > 0 && tokens.slice(end).every((token) => token.mark);
}

/** @param {Stretch} stretch @param {PatternPart[]} pattern */
const startsWith = ({ tokens }, pattern) => endOf(pattern, tokens, firstWord(tokens)) > 0;

/** @param {Token[]} tokens */
const firstWord = (tokens) => tokens.findIndex((token) => !token.mark);

/**
 * Whether these words stand there and mean what the hint is about.
 * @param {Stretch} stretch
 * @param {PatternPart[]} pattern
 * @param {Language} words
 */
const says = ({ tokens }, pattern, words) =>
  tokens.some(
    (token, at) =>
      endOf(pattern, tokens, at) > 0 &&
      !isName(token, pattern[0], at === firstWord(tokens)) &&
      !own(words.otherwise, token.text)?.includes(tokens[at - 1]?.text) &&
      (words.clauses.includes(token.text) || !isDenied(tokens.slice(0, at), words)),
  );

/**
 * Whether a word is somebody's name ("Will") or only looks like an abbreviation ("hr" for "HR").
 * @param {Token} token
 * @param {PatternPart} sought
 * @param {boolean} first  at a sentence's beginning every word has a capital
 */
function isName({ raw }, sought, first) {
  if (/^\p{Lu}{2,}$/u.test(sought.raw)) return raw !== sought.raw;
  return !first && /^\p{Lu}\p{Ll}/u.test(raw) && /^\p{Ll}/u.test(sought.raw);
}

/** @param {Token[]} before @param {Language} words */
function isDenied(before, words) {
  const from = before.findLastIndex((one) => one.mark || words.clauses.includes(one.text)) + 1;
  return before
    .slice(from)
    .slice(-DENIAL_REACHES)
    .some((one) => words.denials.includes(one.text));
}

/**
 * Whether a text has nothing of a list.
 * @param {Stretch[]} stretches
 * @param {string} name
 * @param {Language} words
 */
function lacks(stretches, name, words) {
  /** @type {WordList | undefined} */
  const list = own(words.lists, name);
  if (!list) return false;
  const has = byFirstWord(list.has, words.parts);
  const not = byFirstWord(list.not, words.parts);
  return stretches.every(({ tokens }) => {
    let at = 0;
    while (at < tokens.length) {
      const skipped = longest(not, tokens, at);
      if (!skipped && longest(has, tokens, at)) return false;
      at = Math.max(skipped, at + 1);
    }
    return true;
  });
}

/**
 * Patterns by the words that they can begin with: most of them need not be tried anywhere.
 * @param {string[]} texts
 * @param {Record<string, string[]>} parts
 */
function byFirstWord(texts, parts) {
  /** @type {Map<string, PatternPart[][]>} */
  const index = new Map();
  for (const pattern of texts.map((text) => patternOf(text, parts))) {
    for (const word of pattern[0].any ?? [pattern[0].text]) {
      index.set(word, [...(index.get(word) ?? []), pattern]);
    }
  }
  return index;
}

/**
 * Where the longest of the patterns that stand at `at` ends, or 0.
 * @param {Map<string, PatternPart[][]>} patterns
 * @param {Token[]} tokens
 * @param {number} at
 */
const longest = (patterns, tokens, at) =>
  Math.max(0, ...(patterns.get(tokens[at].text) ?? []).map((one) => endOf(one, tokens, at)));

/**
 * Where a pattern that stands at `at` ends, or 0 if another one stands there. A comma or a dash
 * within it does not matter unless the pattern has one.
 * @param {PatternPart[]} pattern
 * @param {Token[]} tokens
 * @param {number} at
 */
function endOf(pattern, tokens, at) {
  let i = at;
  for (const { text, mark, any } of pattern) {
    while (!mark && i > at && tokens[i]?.mark) i += 1;
    const token = tokens[i];
    if (!token || !(any?.includes(token.text) ?? token.text === text)) return 0;
    i += 1;
  }
  return i;
}

/**
 * A pattern's parts; `{name}` stands for one of the words called so.
 * @param {string} text
 * @param {Record<string, string[]>} [parts]
 * @returns {PatternPart[]}
 */
function patternOf(text, parts = {}) {
  return text
    .replace(/’/gu, "'")
    .trim()
    .split(/\s+/u)
    .flatMap((one) => {
      const any = one.startsWith("{") ? own(parts, one.slice(1, -1)) : undefined;
      return any ? [{ text: one, raw: one, mark: false, any }] : tokensOf(one);
    });
}

/** @param {string} text @returns {Token[]} */
const tokensOf = (text) =>
  (text.match(TOKEN) ?? []).map((raw) => ({
    text: raw.toLowerCase(),
    raw,
    mark: !WORD_LIKE.test(raw),
  }));

/**
 * A text without what it quotes. One that is nothing but a quotation is the learner's own sentence,
 * written as it would be said.
 * @param {string} text
 */
function withoutQuotations(text) {
  const whole = ONE_QUOTATION.exec(text);
  if (whole) return whole[1];
  return QUOTATIONS.reduce(
    (rest, one) => rest.replace(one, (said) => QUOTATION + (ENDED.test(said) ? "." : "")),
    text,
  );
}

/**
 * A text in stretches, each with the marks that end it.
 * @param {string} text
 * @param {Language} words
 */
function stretchesOf(text, words) {
  /** @type {Stretch[]} */
  const stretches = [];
  for (const line of text.split(/[\r\n]+/u)) {
    let start = true;
    /** @type {Token[]} */
    let tokens = [];
    for (const token of tokensOf(line)) {
      const ended = STRETCH_ENDS.includes(tokens.at(-1)?.text ?? "");
      if (ended && !STRETCH_ENDS.includes(token.text) && !shortens(tokens, words)) {
        stretches.push({ tokens, start });
        start = tokens.some((one) => SENTENCE_ENDS.includes(one.text));
        tokens = [];
      }
      tokens.push(token);
    }
    if (tokens.length) stretches.push({ tokens, start });
  }
  return stretches;
}

/**
 * Whether the last point stands behind an abbreviation, as in "Dr. Obi", and ends no sentence.
 * @param {Token[]} tokens
 * @param {Language} words
 */
function shortens(tokens, words) {
  const [before, point] = tokens.slice(-2);
  if (point?.text !== ".") return false;
  return words.abbreviations.includes(before.text) || /^[^\P{L}I]$/u.test(before.raw);
}
