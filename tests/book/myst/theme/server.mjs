// A theme of MyST in as few lines as it takes: a server that mystmd starts, and whose pages it
// saves. MyST's own theme comes from the net only. Text stands here without its marks; a widget
// is put where theirs is: within a shadow root, with a model that gets, sets and listens, and no
// more. Whatever else a builder asks for is empty.
import { createServer } from "node:http";

const { HOST = "localhost", PORT, CONTENT_CDN_PORT } = process.env;
const CONTENT = `http://${HOST}:${CONTENT_CDN_PORT}`;
const TAGS = { heading: "h1", paragraph: "p" };

const MOUNT = `for (const place of document.querySelectorAll("[data-esm]")) {
  const state = JSON.parse(place.dataset.model), listeners = new EventTarget();
  const refuse = () => { throw new Error("not in MyST"); };
  const model = {
    get: (name) => state[name],
    set(name, value) { state[name] = value; listeners.dispatchEvent(new Event("change:" + name)); },
    on: (name, listener) => listeners.addEventListener(name, listener),
    off: refuse, send: refuse, save_changes: refuse,
  };
  const { default: widget } = await import(place.dataset.esm);
  const el = document.createElement("div");
  await widget.initialize?.({ model });
  place.attachShadow({ mode: "open" }).replaceChildren(el);
  await widget.render({ model, el });
}`;

const escaped = (text) =>
  text.replace(/[&<>"]/gu, (sign) => `&#${sign.codePointAt(0)};`);

function html(node) {
  if (node.type === "text") return escaped(node.value);
  if (node.type === "anywidget") {
    const model = escaped(JSON.stringify(node.model));
    return `<div data-esm="/build${escaped(node.esm)}" data-model="${model}"></div>`;
  }
  const inner = (node.children ?? []).map(html).join("");
  const tag = TAGS[node.type];
  return tag ? `<${tag}>${inner}</${tag}>` : inner;
}

async function page(slug) {
  const answer = await fetch(`${CONTENT}/content/${slug}.json`);
  if (!answer.ok) return "";
  const { mdast, frontmatter } = await answer.json();
  const title = escaped(frontmatter.title);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<main><h1>${title}</h1>${html(mdast)}</main><script type="module">${MOUNT}</script></html>`;
}

const server = createServer(async (request, response) => {
  const path = new URL(request.url ?? "/", CONTENT).pathname.slice(1);
  if (path.endsWith(".json")) {
    const answer = await fetch(`${CONTENT}/content/${path}`);
    response.end(await answer.text());
  } else {
    response.end(await page(path || "index"));
  }
});
// mystmd leaves its servers running when it has built.
process.stdin.resume().on("end", () => process.exit());
server.listen(Number(PORT), () => console.log(`http://${HOST}:${PORT}`));
