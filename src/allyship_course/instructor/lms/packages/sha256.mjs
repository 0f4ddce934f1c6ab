/**
 * SHA-256 (FIPS 180-4). A browser has its own for pages that came by https only, and the names
 * under which answers are kept must be the same on both.
 */

/** Whole parts of the fractions of roots of primes, as the standard asks for them. */
const PRIMES = firstPrimes(64);
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUND = PRIMES.map((prime) => fraction(Math.cbrt(prime)));

/** @param {number} count */
function firstPrimes(count) {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime)) primes.push(n);
  }
  return primes;
}

/** @param {number} root */
function fraction(root) {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
}

/** @param {number} word @param {number} by */
const turned = (word, by) => (word >>> by) | (word << (32 - by));

/** @param {number} word @param {number[]} by */
const mixed = (word, [a, b, c]) => turned(word, a) ^ turned(word, b) ^ turned(word, c);

/** The text as whole blocks of 64 bytes: a one, zeros, and its length in bits. @param {string} text */
function padded(text) {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(new ArrayBuffer(Math.ceil((bytes.length + 9) / 64) * 64));
  for (const [i, byte] of [...bytes, 0x80].entries()) view.setUint8(i, byte);
  view.setBigUint64(view.byteLength - 8, BigInt(bytes.length) * 8n);
  return view;
}

/** @param {DataView} view @param {number} at  of the block's first byte */
function schedule(view, at) {
  const words = Array.from({ length: 16 }, (_, i) => view.getInt32(at + 4 * i));
  for (let i = 16; i < 64; i++) {
    const early = words[i - 15];
    const late = words[i - 2];
    const small = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const large = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words.push((words[i - 16] + small + words[i - 7] + large) | 0);
  }
  return words;
}

/** @param {number[]} state @param {number[]} words */
function compressed(state, words) {
  let [a, b, c, d, e, f, g, h] = state;
  for (const [i, word] of words.entries()) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first = (h + mixed(e, [6, 11, 25]) + choice + ROUND[i] + word) | 0;
    const second = (mixed(a, [2, 13, 22]) + majority) | 0;
    [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + state[i]) | 0);
}

/** @param {string} text @returns {string} in hexadecimal digits */
export function sha256(text) {
  const view = padded(text);
  let state = START;
  for (let at = 0; at < view.byteLength; at += 64) state = compressed(state, schedule(view, at));
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
