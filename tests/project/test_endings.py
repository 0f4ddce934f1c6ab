"""Each module's end names questions of the journal, and the journal's page names the same."""

from __future__ import annotations

import re

from allyship_course.spec import load_module, module_folders
from tests.support.paths import ROOT

BOOK = ROOT / "book"
ROW = re.compile(r"^\| \[[^\]]+\]\(\.\./modules/([^/]+)/index\.md\) \| (.+) \| \*(.+)\* \|$")


def test_the_journals_page_names_the_first_question_of_each_modules_end() -> None:
    themes = {theme.id: theme for theme in load_module(BOOK / "journal").exercises}
    page = (BOOK / "journal" / "index.md").read_text("utf-8").splitlines()
    rows = {match[1]: match for match in map(ROW.match, page) if match}
    for folder in module_folders(BOOK):
        ending = load_module(folder).ending
        assert ending is not None
        theme, question = ending.prompts[0].split("/")
        asked = {field.id: field.label for field in themes[theme].all_fields()}[question]
        named = rows[folder.name]
        assert named[3] == themes[theme].title
        # The page shortens a question, and may leave out how it begins.
        words = {*re.findall(r"\w+", named[2].lower())}
        assert len(words & {*re.findall(r"\w+", asked.lower())}) >= len(words) - 2, named[2]


def test_no_two_modules_end_with_the_same_question() -> None:
    endings = [load_module(folder).ending for folder in module_folders(BOOK)]
    prompts = [prompt for ending in endings if ending for prompt in ending.prompts]
    assert len(prompts) == len({*prompts})
