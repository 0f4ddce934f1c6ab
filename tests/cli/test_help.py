"""Every command says what it does, where people look for it: in its help and in the guide."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from allyship_course.cli import main
from tests.support.paths import ROOT

GUIDE = (ROOT / "book" / "guides" / "commands.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{before}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")


@pytest.mark.parametrize(("name", "command"), [*commands(main)])
def test_every_command_explains_itself_and_is_in_the_guide(
    name: str, command: click.Command
) -> None:
    shown = CliRunner().invoke(main, [*name.split(), "--help"])
    assert shown.exit_code == 0
    assert command.help
    assert command.help.splitlines()[0] in " ".join(shown.output.split())
    for option in command.params:
        if isinstance(option, click.Argument):
            assert option.human_readable_name in command.help
            continue
        assert isinstance(option, click.Option)
        assert option.help, f"{name} {option.opts[0]} has no help"
    assert f"`allyship {name}" in GUIDE


def test_readme_and_guide_name_no_command_that_is_not_there() -> None:
    assert set(re.findall(r"`allyship ([a-z-]+)", README + GUIDE)) <= {*main.commands}
