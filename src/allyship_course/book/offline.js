// The service worker of the published book: keeps the whole course on the device, so that it can
// be read and worked through without a line. The build puts three constants before it: COURSE, the
// course's name, VERSION, a hash of all that is kept and of this script, and DIGESTS, a hash of each
// file by its address relative to this one.
//
// A host may answer with something else than the file: by way of another address, a page to log
// in, an old version. A browser refuses a page that came by way of another address, and whoever
// was given it could not get out. So only what is sound is kept, and it is looked at again before
// it is given. What is not goes, and the line is used instead.

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);
const SITE = new URL("./", worker.location.href);
const PREFIX = `${COURSE}:${SITE.pathname}:`;
const CACHE = PREFIX + VERSION;
const NOT_FOUND = "404.html";

/** By a file's ending: how the type begins that a browser takes it for. */
const TYPES = /** @type {Record<string, RegExp>} */ ({
  html: /^text\/html\b/i,
  js: /^(text|application)\/(x-)?(java|ecma)script\b/i,
  css: /^text\/css\b/i,
  svg: /^image\/svg\+xml\b/i,
});

/**
 * The file that an address stands for, whatever the host makes of addresses: x.html may also be x
 * or x/, and d/index.html d/ or d.
 * @param {string} pathname
 */
const fileAt = (pathname) => {
  const path = pathname.slice(SITE.pathname.length);
  const bare = path.replace(/\/$/u, "");
  const pages = [`${bare}.html`, `${bare}/index.html`.replace(/^\//u, "")];
  const names = path === bare ? [path, ...pages] : [...pages].reverse();
  return pathname.startsWith(SITE.pathname)
    ? names.find((name) => Object.hasOwn(DIGESTS, name))
    : undefined;
};

/**
 * Whether a response holds this file. Of a page only its name is asked: hosts add things to pages.
 * @param {string} file
 * @param {Response} response
 */
const isSound = async (file, response) => {
  const ending = file.slice(file.lastIndexOf(".") + 1);
  const type = response.headers.get("content-type") ?? "";
  // Some hosts say of this one what it is for.
  const isGiven = response.ok || (file === NOT_FOUND && response.status === 404);
  if (!isGiven || !(TYPES[ending]?.test(type) ?? true)) return false;
  if (ending === "html") {
    const named = /\bdata-page=["']?([^"'\s>]+)/u.exec(await response.text());
    return `${named?.[1]}.html` === file;
  }
  const hash = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  const digest = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0"));
  return digest.join("").startsWith(DIGESTS[file]);
};

/**
 * Keep a file, unless the host gives something else. Throws where there is no line, or the host is
 * in trouble just now.
 * @param {string} file
 */
const keep = async (file) => {
  const address = new URL(file, SITE);
  /** @type {Response} */
  let response;
  try {
    // Past the browser's own store, which may still hold the last version.
    response = await fetch(address, { cache: "no-cache", mode: "same-origin" });
  } catch {
    // The host sends to another site, or there is no line: then this throws too.
    await fetch(address, { cache: "no-cache", redirect: "manual" });
    return;
  }
  if (response.status >= 500 || response.status === 429) throw new Error(`${response.status}`);
  if (!(await isSound(file, response.clone()))) return;
  const headers = new Headers(response.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  // A response of our own: one that came by way of another address is refused for a page.
  const own = new Response(await response.arrayBuffer(), { headers });
  // Not where a reader has it removed meanwhile.
  if (await caches.has(CACHE)) await (await caches.open(CACHE)).put(address, own);
};

/**
 * What is kept of a file, if it is sound. What is not goes.
 * @param {string} file
 */
const keptOf = async (file) => {
  try {
    const address = new URL(file, SITE);
    const kept = await caches.match(address, { cacheName: CACHE, ignoreVary: true });
    if (!kept) return undefined;
    if (!kept.redirected && (await isSound(file, kept.clone()))) return kept;
    await (await caches.open(CACHE)).delete(address, { ignoreVary: true });
    isLookedAfter = false;
  } catch {
    // The browser's store is broken: there is the line.
  }
  return undefined;
};

/** Keep nothing any longer, and let the browser do without this worker. */
const leave = async () => {
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(ours.map((name) => caches.delete(name)));
  await worker.registration.unregister();
};

let isLookedAfter = false;

/** Once in each run of this worker: fetch what is missing; leave if the site has no worker now. */
const lookAfter = async () => {
  if (isLookedAfter) return;
  isLookedAfter = true;
  try {
    const script = await fetch(worker.location.href, { cache: "no-store", redirect: "manual" });
    const type = script.headers.get("content-type") ?? "";
    const isGone = script.status === 404 || script.status === 410;
    if (isGone || (script.ok && !TYPES.js.test(type))) return await leave();
    const cache = await caches.open(CACHE);
    const here = new Set((await cache.keys()).map((request) => request.url));
    const missing = Object.keys(DIGESTS).filter((file) => !here.has(new URL(file, SITE).href));
    await Promise.all(missing.map(keep));
  } catch {
    isLookedAfter = false; // No line just now.
  }
};

const keepAll = async () => {
  await caches.open(CACHE);
  await Promise.all(Object.keys(DIGESTS).map(keep));
  await worker.skipWaiting();
};

const takeOver = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
};

/** @param {Request} request @param {string | undefined} file */
const answer = async (request, file) => {
  const kept = file && (await keptOf(file));
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    const page = request.mode === "navigate" && (await keptOf(NOT_FOUND));
    if (page) return page;
    throw error;
  }
};

/**
 * The address in the foot of every page, which works when nothing else on a page does.
 * @param {Request} request
 * @param {string | undefined} file
 */
const answerAndLeave = async (request, file) => {
  try {
    const fresh = await fetch(request);
    await leave();
    return fresh;
  } catch {
    return answer(request, file);
  }
};

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("fetch", (event) => {
  const { origin, pathname, searchParams } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== worker.location.origin) return;
  const isPage = event.request.mode === "navigate";
  const wantsOut = isPage && searchParams.get("offline") === "remove";
  const answered = (wantsOut ? answerAndLeave : answer)(event.request, fileAt(pathname));
  event.respondWith(answered);
  // Only then: what was not sound is gone by now, and is missed.
  if (isPage && !wantsOut) event.waitUntil(answered.then(lookAfter, lookAfter));
});
