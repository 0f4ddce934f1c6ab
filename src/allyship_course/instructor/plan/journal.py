"""What becomes of the journal's notebook, which is handed round and never collected."""

from __future__ import annotations

import shutil

from ...notebook.assignments import make_journal
from ...spec import JOURNAL
from ...spec.settings import settings_of
from .changes import Setting, files_of, same_files


def plan_journal(setting: Setting) -> None:
    """Plan the journal's notebook anew where it, or what it counts, has changed."""
    book, there = setting.term.book, setting.term.folder / JOURNAL
    if not (book / JOURNAL).exists() or not settings_of(book).has("journal"):
        return
    make_journal(book, setting.made, setting.used)
    new = setting.made / JOURNAL
    if same_files(new, there) and files_of(new) == files_of(there):
        return

    def do() -> None:
        shutil.rmtree(there, ignore_errors=True)
        shutil.copytree(new, there)

    setting.plan.add("journal", f"its notebook, in {JOURNAL}/", do)
