// The service worker of the published book: keeps the whole course on the device, so that it can
// be read and worked through without a line. The build puts three constants before it: COURSE,
// the course's name, VERSION, a hash of what is kept, and FILES, addresses relative to this file.
//
// What is kept is answered from the device at once. The browser asks for this file anew at every
// visit; when the course has changed, the new one is fetched whole, takes over, and the old one is
// thrown away: who reads on is in the new version from the next page.

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);
const PREFIX = `${COURSE}:${new URL(worker.registration.scope).pathname}:`;
const CACHE = PREFIX + VERSION;
const KEPT = new Set(FILES.map((file) => new URL(file, worker.location.href).pathname));

const keepAll = async () => {
  const cache = await caches.open(CACHE);
  // Past the browser's own store, which may still hold the last version.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
  await worker.skipWaiting();
};

const takeOver = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
};

/** @param {Request} request @param {string} path */
const answer = async (request, path) => {
  const cache = await caches.open(CACHE);
  const kept = KEPT.has(path) && (await cache.match(path, { ignoreSearch: true }));
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    const page = request.mode === "navigate" && (await cache.match("404.html"));
    if (page) return page;
    throw error;
  }
};

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== worker.location.origin) return;
  event.respondWith(answer(event.request, pathname.replace(/\/$/u, "/index.html")));
});
