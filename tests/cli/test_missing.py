"""What a command says whose extra is not installed, and a help that is sorted by reader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from allyship_course.cli import main

# As where an extra was not installed: what it brings can't be found.
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {gone!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from allyship_course.cli import run
sys.argv = ["allyship", *{arguments!r}]
run()
"""
INSTRUCTORS = {"nbgrader", "pandas", "pyarrow", "rich", "jupytext", "matplotlib", "nbconvert"}


@pytest.mark.parametrize(
    "command",
    [
        ["grade"], ["feedback"], ["report"], ["remind", "01-tiny"], ["mirror", "01-tiny"],
        ["purge", "--all"], ["demo", "--into", "x"], ["teach", "--yes"],
        ["extend", "ada", "01-tiny", "2027-01-01"], ["learn"],
    ],
)  # fmt: skip
def test_a_command_of_another_extra_says_in_a_line_what_to_install(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "nbgrader_config.py").touch()
    script = WITHOUT.format(gone=INSTRUCTORS, arguments=command)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [t for t in done.stderr.splitlines() if t.startswith("Error: ")]
    extra = "learn" if command == ["learn"] else "instructor"
    assert f"This needs the extra '{extra}' of the course" in line
    assert f"[{extra}]'" in line
    assert "pip install 'allyship-course[" not in line, "a name that anybody could register"


def test_help_is_sorted_by_who_needs_it() -> None:
    said = CliRunner().invoke(main, ["--help"]).output
    learn, teach, write = (said.index(f"{title}:") for title in ("learn", "teach", "write"))
    assert learn < said.index("  learn ") < said.index("  journal ") < teach
    assert teach < said.index("  grade ") < said.index("  extend ") < write
    assert write < said.index("  check ")
    for name in main.commands:
        assert f"\n  {name} " in said
