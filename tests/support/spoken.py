"""What a screen reader says of a form: Guidepup's virtual reader walks the page in a real browser,
by W3C's rules for names, roles and live regions.

It is no real screen reader: each of those has words and habits of its own. What it says shows what
they are told: in which order, under which name, in which group.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.support.offline import until
from tests.support.paths import ROOT

_READER = ROOT / "node_modules/@guidepup/virtual-screen-reader/lib/esm/index.browser.js"
_LONGEST = 400
"""Steps through one form: more than any has, should its end not be said."""

_READ = """async (form, longest) => {
  window.reader ??= (await import("/reader.js")).virtual;
  await reader.start({ container: form });
  for (let i = 0; i < longest; i++) {
    await reader.next();
    if (/^end of form/.test(await reader.lastSpokenPhrase())) break;
  }
  const said = await reader.spokenPhraseLog();
  await reader.clearSpokenPhraseLog();
  return said;
}"""


def read_form(form: Locator) -> list[str]:
    """Go through a form from its beginning to its end; from then on, what changes is heard."""
    page = form.page
    reader = _READER.read_text("utf-8")
    page.route("**/reader.js", lambda r: r.fulfill(body=reader, content_type="text/javascript"))
    # What is only for who has no script is in the page's tree, and hidden by every real browser.
    return [line for line in form.evaluate(_READ, _LONGEST) if not _is_noise(line)]


def _is_noise(line: str) -> bool:
    return line.startswith("<p class") or line in ("paragraph", "end of paragraph")


def hear(page: Page, last: str) -> list[str]:
    """Return what live regions said, up to and with what ends with ``last``."""
    until(
        page,
        "async (last) => (await reader.spokenPhraseLog()).some((one) => one.endsWith(last))",
        last,
    )
    said: list[str] = page.evaluate("reader.spokenPhraseLog()")
    page.evaluate("reader.clearSpokenPhraseLog()")
    return [line for line in said if line.startswith(("polite:", "assertive:"))]


def compare(said: list[str], file: Path) -> None:
    """Hold what was said against what somebody has read and found good.

    To renew it, delete the file: it is written then, and is to be read before it is committed.
    """
    text = "\n".join(said) + "\n"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        raise AssertionError(f"{file} was written: read it, and run the test again")
    assert text == file.read_text("utf-8")
