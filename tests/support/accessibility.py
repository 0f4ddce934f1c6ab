"""What programs can find on a page that shuts somebody out."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

from tests.support.paths import ROOT

_SNIFFER = ROOT / "tests" / "vendored" / "HTMLCS.js"
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# A second engine, which knows other techniques. Its errors count; its warnings ask a person to
# look at what no program can tell.
_SNIFF = """() => new Promise((done) => HTMLCS.process("WCAG2AA", document, () => done(
  HTMLCS.getMessages().filter((found) => found.type === HTMLCS.ERROR)
    // An exercise keeps itself and is never sent: it has nothing to submit.
    .filter(({ code, element }) => !(code.endsWith(".H32.2") && element.matches(".ac-exercise")))
    .map((found) => `${found.code}: ${found.msg} ${found.element.outerHTML?.slice(0, 200)}`))))"""


def scan(page: Page) -> tuple[list[str], list[str]]:
    """Run axe; return what breaks WCAG 2.2 A or AA, and what is axe's advice beyond that."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    tags = [*WCAG, "best-practice"]
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", tags
    )
    wcag: list[str] = []
    advice: list[str] = []
    for violation in result["violations"]:
        into = wcag if set(WCAG) & set(violation["tags"]) else advice
        into += [
            f"{violation['id']}: {node['target']}: {node['failureSummary']}"
            for node in violation["nodes"]
        ]
    return wcag, advice


def sniff(page: Page) -> list[str]:
    """Run HTML CodeSniffer; return what it takes for an error."""
    page.evaluate(_SNIFFER.read_text(encoding="utf-8"))
    errors: list[str] = page.evaluate(_SNIFF)
    return errors


def sideways(page: Page) -> list[str]:
    """What reaches out of the window to the right; empty if the page needs no sideways scroll."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
          [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 100))"""
    )
    return found
