"""``allyship check --site``: what it says of hosts that do well, and of those that do not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Page, expect

from allyship_course.cli import main
from tests.support.forms import FIELDS_PAGE, form, open_page, pages_of
from tests.support.hosts import (
    Host,
    Manner,
    adds_slashes,
    asks_for_login,
    hosted,
    is_gone,
    knows_no_index,
    shows_one_page,
    strips_html,
    strips_slashes,
)
from tests.support.nginx import AS_PACKED, WITHOUT_HTML, find_nginx, nginx
from tests.support.offline import keep

needs_nginx = pytest.mark.skipif(
    find_nginx() is None, reason="no nginx here: 'python -m tests.support.nginx' gets it"
)


def check(where: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", "--site", str(where)])


@pytest.fixture
def html(fields_html: Path, tmp_path: Path) -> Path:
    """A built site of one's own, to change."""
    return Path(shutil.copytree(fields_html, tmp_path / "html"))


# ------------------------------------------------------------------------------ a folder


def test_a_site_as_it_was_built_has_nothing_to_mend(fields_html: Path) -> None:
    result = check(fields_html)
    assert result.exit_code == 0
    assert result.output.startswith("Nothing to mend")


def test_what_is_wrong_with_a_folder_is_named(html: Path) -> None:
    (html / ".nojekyll").unlink()
    (html / "search.html").unlink()
    (html / "_static" / "page.js").write_text("// another\n")
    (html / "index.html").chmod(0o600)
    result = check(html)
    assert result.exit_code == 1
    assert "To mend: Missing: search.html." in result.output
    assert "To mend: There is no file .nojekyll" in result.output
    assert "Changed since they were built: _static/page.js" in result.output
    assert "Only their owner may read index.html" in result.output


@pytest.mark.parametrize("where", ["nowhere", "http://127.0.0.1:9/"])
def test_what_is_no_site_is_said_in_a_line(where: str) -> None:
    result = check(where)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1


# ----------------------------------------------------------------------------- an address


@pytest.mark.parametrize("path", ["", "/", "/index.html"])
def test_a_host_that_does_well_has_nothing_to_mend(fields_html: Path, path: str) -> None:
    with hosted(fields_html) as host:
        result = check(f"{host.address}{path}")
    assert result.exit_code == 0, result.output
    assert "To mend" not in result.output
    assert "without being packed" in result.output  # this host packs nothing


@pytest.mark.parametrize("manner", [adds_slashes, strips_slashes])
def test_slashes_that_lead_links_astray_are_named(fields_html: Path, manner: Manner) -> None:
    with hosted(fields_html, manner) as host:
        result = check(host.address)
    assert result.exit_code == 0, result.output
    assert "its links lead into a wrong folder" in result.output


def test_addresses_without_html_are_nothing_to_mend(fields_html: Path) -> None:
    with hosted(fields_html, strips_html) as host:
        result = check(host.address)
    assert result.exit_code == 0
    assert "wrong folder" not in result.output


def wrong_types(host: Host) -> None:
    host.types.update({".js": "application/octet-stream", ".svg": "text/plain"})


def forbidden(host: Host) -> None:
    host.headers.update(
        {"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY"}
    )


def downloaded(host: Host) -> None:
    host.headers["Content-Disposition"] = "attachment"


def kept_long(host: Host) -> None:
    host.headers["Cache-Control"] = "public, max-age=86400"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (wrong_types, ["Send .js as text/javascript", "Send .svg as image/svg+xml"]),
        (forbidden, ["forbids the site's own scripts", "give a link that opens a window"]),
        (downloaded, ["Pages are downloaded"]),
        (kept_long, ["may be kept for 24 hours"]),
    ],
)
def test_what_a_host_says_wrongly_of_files_is_named(
    fields_html: Path, spoil: Callable[[Host], None], said: list[str]
) -> None:
    with hosted(fields_html) as host:
        spoil(host)
        result = check(host.address)
    assert [text for text in said if text not in result.output] == []
    assert result.exit_code == (0 if spoil is kept_long else 1)


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252"])
def test_a_host_that_names_another_encoding_is_told(fields_html: Path, charset: str) -> None:
    with hosted(fields_html) as host:
        host.types = {".html": f"text/html; charset={charset}"}
        result = check(host.address)
    assert result.exit_code == 1
    assert f"Sent as {charset}: " in result.output
    assert "AddDefaultCharset Off" in result.output


def test_a_host_that_gives_nothing_for_a_folder_is_told(fields_html: Path) -> None:
    with hosted(fields_html, knows_no_index) as host:
        result = check(host.address)
    assert result.exit_code == 1
    assert "not the first page" in result.output


@pytest.mark.parametrize("manner", [asks_for_login, shows_one_page, is_gone])
def test_a_host_that_gives_something_else_is_no_site(fields_html: Path, manner: Manner) -> None:
    with hosted(fields_html, manner) as host:
        result = check(host.address)
    assert result.exit_code == 1
    assert "no site of this course" in result.output


def test_what_jekyll_leaves_out_is_named_with_its_remedy(html: Path) -> None:
    shutil.rmtree(html / "_static")
    with hosted(html) as host:
        result = check(host.address)
    assert result.exit_code == 1
    assert ".nojekyll" in result.output


# ------------------------------------------------------------------------------ real nginx


@needs_nginx
def test_debians_nginx_gives_the_course_and_the_check_says_what_is_better(
    fields_html: Path,
) -> None:
    with nginx(fields_html) as site:
        result = check(site)
    assert result.exit_code == 0, result.output
    assert "Turn gzip on" in result.output
    assert "error_page 404 /404.html" in result.output


@needs_nginx
@pytest.mark.browser
@pytest.mark.parametrize("rules", [AS_PACKED, WITHOUT_HTML], ids=["as packed", "without .html"])
def test_behind_debians_nginx_the_course_works_and_is_kept(
    fields_html: Path, page_with: Callable[..., Page], rules: str
) -> None:
    reader = page_with(service_workers="allow")
    with nginx(fields_html, rules) as site:
        open_page(reader, f"{site}/{FIELDS_PAGE}")
        form(reader, "garden").get_by_label("Who helps?").fill("Wen Li")
        expect(form(reader, "garden").locator(".ac-saved")).to_contain_text("Kept in this")
        keep(reader)
    for path in pages_of(fields_html):
        reader.goto(f"{site}/{path}")
        expect(reader.get_by_role("heading", level=1)).to_be_visible()
    open_page(reader, f"{site}/{FIELDS_PAGE}")
    expect(form(reader, "garden").get_by_label("Who helps?")).to_have_value("Wen Li")
