"""Whether a host of web pages gives a built site as readers need it: ``allyship check --site``.

Everything is asked as a browser asks it. What to do about a finding stands in it, and at more
length in the guide ``guides/publishing``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit, urlunsplit

from ..errors import CourseError
from .asking import Answer, ask

WORKER = "offline.js"
_HEAD = re.compile(r'const COURSE = "[^"]*", VERSION = "\w+";\s*const DIGESTS = (\{[^}]*\});')
_PAGE_NAME = re.compile(rb"\bdata-page=[\"']?([^\"'\s>]+)")
_TYPES = {
    "html": ("text/html",),
    "js": ("text/javascript", "application/javascript", "application/x-javascript"),
    "css": ("text/css",),
    "svg": ("image/svg+xml",),
}
_AT_ONCE = 6
_HOUR = 3600


class SiteError(CourseError):
    """There is no site of this course where one was looked for."""


@dataclass(frozen=True)
class Finding:
    """What a host does, whom it harms, and what to do. ``serious``: readers miss something."""

    text: str
    serious: bool


def check_site(where: str) -> list[Finding]:
    """Look at a site at an address, or at a built one in a folder."""
    if re.match(r"https?://", where):
        return list(_check_address(where))
    return list(_check_folder(Path(where)))


def _serious(text: str) -> Finding:
    return Finding(text, serious=True)


def _note(text: str) -> Finding:
    return Finding(text, serious=False)


def _some(names: Iterable[str]) -> str:
    """Return some of the names, and how many there are."""
    every = sorted(names)
    more = f" and {len(every) - 3} more" if len(every) > 3 else ""
    return ", ".join(every[:3]) + more


def _digests(script: str, where: str) -> dict[str, str]:
    """Return the files that the site consists of, each with the beginning of its hash."""
    head = _HEAD.match(script)
    if head is None:
        raise SiteError(
            f"{where} is not of this version of the course. Build the book anew (make book) and "
            "publish all of _build/html"
        )
    digests: dict[str, str] = json.loads(head[1])
    return digests


def _is_right(name: str, body: bytes, digest: str) -> bool:
    """Whether a body is that of the file. Of a page only its name is asked: hosts add to pages."""
    if name.endswith(".html"):
        own_name = _PAGE_NAME.search(body)
        return own_name is not None and f"{own_name[1].decode()}.html" == name
    return hashlib.sha256(body).hexdigest().startswith(digest)


# -------------------------------------------------------------------------- in a folder


def _check_folder(folder: Path) -> Iterator[Finding]:
    script = folder / WORKER
    if not script.is_file():
        raise SiteError(
            f"there is no built site in {folder}: it has no {WORKER}. Name the folder that "
            "'make book' writes, _build/html, or an address that begins with https://"
        )
    digests = _digests(script.read_text("utf-8"), str(script))
    missing = [name for name in digests if not (folder / name).is_file()]
    if missing:
        yield _serious(f"Missing: {_some(missing)}. Build anew, and copy the whole folder.")
    there = {name: d for name, d in digests.items() if name not in missing}
    changed = [n for n, d in there.items() if not _is_right(n, (folder / n).read_bytes(), d)]
    if changed:
        yield _note(
            f"Changed since they were built: {_some(changed)}. They are not kept for reading "
            "without a line. Build anew."
        )
    if not (folder / ".nojekyll").exists():
        yield _serious(
            "There is no file .nojekyll: GitHub Pages would give nothing of _static when it "
            "publishes a branch. Copy hidden files too, or make an empty one."
        )
    closed = [name for name in there if not (folder / name).stat().st_mode & 0o004]
    if closed:
        yield _serious(
            f"Only their owner may read {_some(closed)}: a web server is somebody else. "
            f"Run: chmod -R a+rX {folder}"
        )


# ------------------------------------------------------------------------- at an address


def _check_address(where: str) -> Iterator[Finding]:
    parts = urlsplit(where)
    folder = re.sub(r"[^/]*\.html?$", "", parts.path).rstrip("/") + "/"
    root = urlunsplit((parts.scheme, parts.netloc, folder, "", ""))
    script = ask(urljoin(root, WORKER))
    if script.status != 200 or "VERSION" not in script.text:
        raise SiteError(
            f"there is no site of this course at {root}: {script.url} gives {script.says}. Name "
            "the address of its first page; if that was it, publish all of _build/html there"
        )
    digests = _digests(script.text, script.url)
    yield from _of_the_line(root)
    yield from _of_the_worker(script)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        given = pool.map(lambda name: ask(urljoin(root, name)), digests)
        answers = dict(zip(digests, given, strict=True))
    yield from _of_files(root, answers, digests)
    yield from _of_addresses(answers)
    yield from _of_headers(answers["index.html"])
    yield from _of_letters(answers)
    yield from _of_the_root(root)
    yield from _of_packing(answers)
    yield from _of_what_is_not_there(root)


def _of_the_line(root: str) -> Iterator[Finding]:
    parts = urlsplit(root)
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        yield _serious(
            "The site comes by http: others on the way can read and change it, and browsers keep "
            "no copy to read without a line. Serve it by https."
        )


def _of_the_worker(script: Answer) -> Iterator[Finding]:
    if script.was_redirected:
        yield _serious(
            f"{WORKER} leads to {script.final}. A browser refuses it then, and nothing can be "
            "read without a line. Give it at its own address."
        )
    if script.type not in _TYPES["js"]:
        yield _serious(
            f"{WORKER} comes as {script.type or 'no type'}. A browser refuses it then. Send .js "
            "as text/javascript."
        )


def _of_files(
    root: str, answers: Mapping[str, Answer], digests: Mapping[str, str]
) -> Iterator[Finding]:
    """Compare what is given with what was built."""
    # That page may say what it is for.
    fine = {
        n: a for n, a in answers.items() if a.status == 200 or (a.status, n) == (404, "404.html")
    }
    missing = answers.keys() - fine.keys()
    if missing:
        says = answers[min(missing)].says
        hint = "Publish all of _build/html"
        if all(name.startswith("_") for name in missing):
            hint += ", with the empty file .nojekyll: without it, GitHub Pages leaves out _static"
        yield _serious(f"Not given ({says}): {_some(missing)}. {hint}.")
    away = {n for n, a in fine.items() if urlsplit(a.final).netloc != urlsplit(root).netloc}
    if away:
        yield _serious(
            f"{_some(away)}: the host sends to another one, {answers[min(away)].final}. A page to "
            "log in? Whoever is not logged in reads nothing; let the course be read by all."
        )
    for ending, types in _TYPES.items():
        of_type = {n: a for n, a in fine.items() if n.endswith(f".{ending}") and n not in away}
        wrong = {n for n, a in of_type.items() if a.type not in types}
        if wrong:
            yield _serious(
                f"Of type {answers[min(wrong)].type or 'none'}: {_some(wrong)}. Browsers refuse "
                f"that. Send .{ending} as {types[0]}."
            )
    other = {n for n, a in fine.items() if n not in away and not _is_right(n, a.body, digests[n])}
    pages = {n for n in other if n.endswith(".html")}
    if pages:
        yield _serious(
            f"Another page than the course's: {_some(pages)}. A page to log in, or one page for "
            "every address? Let the host give each file as it is."
        )
    if other - pages:
        yield _note(
            f"Not as built: {_some(other - pages)}. They are not kept for reading without a line. "
            "Either the host changes files (turn off what makes scripts smaller), or it still "
            "holds an older version (empty its cache)."
        )


def _of_addresses(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """Name pages whose relative links lead astray at the address that the host gives them."""
    astray = [
        (name, answer.final)
        for name, answer in answers.items()
        if name.endswith(".html")
        and urlsplit(urljoin(answer.url, ".")).path != urlsplit(urljoin(answer.final, ".")).path
        and urlsplit(answer.final).netloc == urlsplit(answer.url).netloc
    ]
    if astray:
        name, final = astray[0]
        yield _note(
            f"{name} is given at {final}, where its links lead into a wrong folder ({len(astray)} "
            "pages). The page mends that by script; without script it has no style and no links. "
            "Turn off what puts a slash behind addresses or takes it away."
        )


def _of_headers(index: Answer) -> Iterator[Finding]:
    from .website import security_policy

    for policy in index.all("Content-Security-Policy"):
        if _forbids_scripts(policy):
            yield _serious(
                "The host's Content-Security-Policy forbids the site's own scripts: no form works. "
                f"Leave it out, since every page brings its own, or send: {security_policy()}"
            )
    framing = " ".join([*index.all("X-Frame-Options"), *index.all("Content-Security-Policy")])
    if re.search(r"\b(deny|sameorigin|frame-ancestors)\b", framing, re.IGNORECASE):
        yield _note(
            "The host lets other sites not show the course inside them (X-Frame-Options, or "
            "frame-ancestors). In a learning platform, give a link that opens a window."
        )
    if "attachment" in index.header("Content-Disposition"):
        yield _serious(
            "Pages are downloaded and not shown (Content-Disposition: attachment). Turn it off."
        )
    kept = re.search(r"(?:s-maxage|max-age)=(\d+)", index.header("Cache-Control"))
    if kept and int(kept[1]) > _HOUR:
        yield _note(
            f"Pages may be kept for {int(kept[1]) // _HOUR} hours (Cache-Control): who comes back "
            "sees a change only then. Send no-cache for .html."
        )


def _of_letters(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """Name an encoding that is not ours: a browser believes the host before the page."""
    others = {
        name: said
        for name, answer in answers.items()
        if (said := answer.headers.get_content_charset("utf-8")) not in {"utf-8", "utf8"}
        and name.endswith((".html", ".css"))
    }
    if others:
        yield _serious(
            f"Sent as {others[min(others)]}: {_some(others)}. Letters such as é turn into "
            "others. Send charset=utf-8, or none (Apache: AddDefaultCharset Off)."
        )


def _of_the_root(root: str) -> Iterator[Finding]:
    answer = ask(root)
    if answer.status != 200 or not _is_right("index.html", answer.body, ""):
        yield _serious(
            f"At {root} the host gives {answer.says}, not the first page: that is the address "
            "that people write down. Let it give index.html for a folder."
        )


def _forbids_scripts(policy: str) -> bool:
    rules = {r.split()[0].lower(): r.lower().split()[1:] for r in policy.split(";") if r.split()}
    if "sandbox" in rules and "allow-scripts" not in rules["sandbox"]:
        return True
    sources = rules.get("script-src", rules.get("default-src"))
    return sources is not None and not {"'self'", "*", "https:"} & {*sources}


def _of_packing(answers: Mapping[str, Answer]) -> Iterator[Finding]:
    whole = [
        name
        for name, answer in answers.items()
        if name.endswith((".html", ".js", ".css", ".json"))
        and len(answer.body) > 2000
        and not answer.header("Content-Encoding")
    ]
    if whole:
        yield _note(
            f"Sent without being packed: {_some(whole)}. A visit moves three times as much. Turn "
            "gzip on for html, css, js, json and svg."
        )


def _of_what_is_not_there(root: str) -> Iterator[Finding]:
    answer = ask(urljoin(root, "no-page-of-this-name"))
    if answer.status != 404:
        yield _serious(
            f"For an address that is not there the host gives {answer.says}, not 404. A mistyped "
            "address then looks like a page. Turn off what answers every address with one page."
        )
    name = _PAGE_NAME.search(answer.body)
    if answer.status == 404 and (name is None or name[1] != b"404"):
        yield _note(
            "For an address that is not there the host shows a page of its own. Let it show "
            "404.html, which has a search (nginx: error_page 404 /404.html;)."
        )
    if name and name[1] == b"404":
        base = re.search(rb'data-content_root="([^"]*)"', answer.body)
        if base and base[1].decode() != urlsplit(root).path:
            yield _note(
                f"404.html looks for its style at {base[1].decode()}. Build with the site's "
                f"address: ALLYSHIP_SITE={root} make book"
            )
