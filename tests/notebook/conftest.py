"""One JupyterLab for each file of tests, and a notebook of a module in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import guarded
from tests.support.lab import Lab, running_lab
from tests.support.notebook import Notebook, end_kernels


@pytest.fixture(scope="module")
def one_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    base = tmp_path_factory.mktemp("lab")
    (base / "root").mkdir()
    with running_lab(base / "root", base / "journal", base / "state") as lab:
        yield lab


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser profile for this file: JupyterLab's scripts are loaded once."""
    with guarded(browser) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    yield context.new_page()
    for page in context.pages:
        page.close()


@pytest.fixture
def lab(one_lab: Lab) -> Iterator[Lab]:
    """The one JupyterLab, with no kernel running and an empty journal."""
    yield one_lab
    end_kernels(one_lab)
    if one_lab.journal.is_file():
        one_lab.journal.unlink()
    shutil.rmtree(one_lab.journal, ignore_errors=True)


@pytest.fixture
def notebook(lab: Lab, page: Page, student_folder: Path) -> Notebook:
    """A fetched assignment, not opened yet, in a folder of its own."""
    number = sum(1 for _ in lab.root.iterdir())
    folder = lab.root / f"{number}-01-tiny"
    shutil.copytree(student_folder, folder)
    return Notebook(lab, page, folder / "01-tiny.ipynb")
