// Stands before JupyterLite's own service worker, through which notebooks reach their files. Keeps
// what a visit has used, so that the next one moves nothing and needs no line. The build puts three
// constants before it: VERSION, a hash of the site; FILES, addresses relative to this file; and FIRST,
// those of them that are kept at once. When
// the site has changed, the browser gets the new worker, and what the old one kept is thrown away.

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);
const PREFIX = `allyship-lite:${new URL(worker.registration.scope).pathname}:`;
const KEEP = PREFIX + VERSION;
const KNOWN = new Set(FILES.map((file) => new URL(file, worker.location.href).pathname));

/** @param {string} path */
const keptOrFetched = async (path) => {
  const cache = await caches.open(KEEP);
  const kept = await cache.match(path);
  if (kept && !kept.redirected) return kept;
  const answer = direct(await fetch(path, { cache: "no-cache" }));
  if (answer.status === 200) await cache.put(path, answer.clone());
  return answer;
};

/**
 * What came by way of another address, as if it had not: a browser refuses it for a page else.
 * @param {Response} answer
 */
const direct = (answer) =>
  answer.redirected
    ? new Response(answer.body, { status: answer.status, headers: answer.headers })
    : answer;

const forgetOthers = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== KEEP) await caches.delete(name);
  }
};

// What a first visit loads before this is at work, and the notebooks, which are small: another
// module can then be opened without a line.
const keepFirst = async () => {
  await Promise.all(
    FIRST.map((file) => keptOrFetched(new URL(file, worker.location.href).pathname)),
  );
};

worker.addEventListener("install", (event) => event.waitUntil(keepFirst()));
worker.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
worker.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const path = pathname.replace(/\/$/u, "/index.html");
  if (event.request.method !== "GET" || origin !== worker.location.origin || !KNOWN.has(path))
    return;
  event.stopImmediatePropagation();
  event.respondWith(keptOrFetched(path));
});
