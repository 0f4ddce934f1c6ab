"""The tests' own house: what several tests need lies in a helper, where it can be looked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]


def imported(file: Path) -> Iterator[str]:
    """The dotted names of all that a file imports, in its functions too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_test_file_is_imported_by_another_file() -> None:
    wrong = {
        f"{file.relative_to(TESTS)} imports {name}"
        for file in TESTS.rglob("*.py")
        for name in imported(file)
        if re.search(r"^tests\..*\b(conftest|test_\w+)\.", name)
    }
    assert not wrong
