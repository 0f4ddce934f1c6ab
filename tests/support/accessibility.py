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

# A third engine, IBM's, with rules of its own. What it only asks a person to look at is left out.
ENGINE = ROOT / "node_modules" / "accessibility-checker-engine" / "ace.js"
NOT_A_FAULT = {
    "input_checkboxes_grouped": "every form has one box named 'pass'; they are no group",
    "input_label_before": "in an order, the place stands before what gets it, as in a list",
    "fieldset_label_valid": "two steps of a case may ask the same, and so do before and after",
    "aria_content_in_landmark": "the link that skips the head is the page's first, before any part",
    "element_tabbable_role_valid": "a text to copy can be reached, to be scrolled by keyboard",
}
"""IBM's rules that find something in what is meant so, and why it is."""
_CHECK = """async () => (await new ace.Checker().check(document, ["WCAG_2_2"])).results
  .filter(({ value }) => value[1] === "FAIL")
  // What is folded away is neither seen nor reached, and its label counts for nothing there.
  .filter(({ node }) => !node?.closest?.("details:not([open]) > :not(summary)"))
  .map(({ ruleId, message, snippet }) => [ruleId, `${message} ${snippet.slice(0, 200)}`])"""


def third_scan(page: Page) -> list[str]:
    """Run IBM's engine; return what it calls a fault and we do not call meant so."""
    if not page.evaluate("'ace' in window"):
        page.evaluate(f"{ENGINE.read_text('utf-8')}; window.ace = ace")
    found = page.evaluate(_CHECK)
    return [f"{rule}: {words}" for rule, words in found if rule not in NOT_A_FAULT]


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
