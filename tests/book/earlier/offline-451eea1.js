// The service worker of the published book: keeps the whole course on the device, so that it can
// be read and worked through without a line. The build puts the two constants before it: VERSION,
// a hash of what is kept, and FILES, addresses relative to this file.
//
// What is kept is answered from the device at once. The browser asks for this file anew at every
// visit; when the course has changed, the new one is fetched whole, takes over, and the old one is
// thrown away: who reads on is in the new version from the next page.

const PREFIX = `allyship:${new URL(self.registration.scope).pathname}:`;
const CACHE = PREFIX + VERSION;
const KEPT = new Set(FILES.map((file) => new URL(file, self.location.href).pathname));

const keepAll = async () => {
  const cache = await caches.open(CACHE);
  // Past the browser's own store, which may still hold the last version.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
  await self.skipWaiting();
};

const takeOver = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
};

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

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  event.respondWith(answer(event.request, pathname.replace(/\/$/u, "/index.html")));
});
