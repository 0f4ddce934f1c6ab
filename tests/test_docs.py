"""What the README and the commands' help promise is there."""

from __future__ import annotations

import re

import click
import pytest
from click.testing import CliRunner

from allyship_course.cli import main
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", main.commands)
def test_every_command_explains_itself_and_stands_in_the_readme(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    command = main.commands[name]
    assert command.help
    assert command.help.splitlines()[0] in " ".join(shown.output.split())
    for option in command.params:
        if isinstance(option, click.Argument):
            assert option.human_readable_name in command.help
            continue
        assert isinstance(option, click.Option)
        assert option.help, f"{name} {option.opts[0]} has no help"
    assert f"`allyship {name}`" in README


def test_the_readme_names_no_command_that_is_not_there() -> None:
    assert set(re.findall(r"`allyship ([a-z-]+)", README)) <= {*main.commands}


def test_the_readme_names_no_make_target_that_is_not_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", README, re.MULTILINE))
    assert {a or b for a, b in named} <= targets


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_of_the_readme_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()


def test_every_path_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`((?:book|course|src|tests)/[^`]*)`", README)
    patterns = [path.rstrip("/").replace("NN-slug", "[0-9]*") for path in named]
    assert named
    generated = {"course/source", "course/journal"}
    missing = [p for p in patterns if not list(ROOT.glob(p)) and p not in generated]
    assert not missing
