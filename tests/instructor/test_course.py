"""``course.yml``: what is wrong in it is said all at once; what is right reaches nbgrader."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from allyship_course.grading.folder import load_config
from allyship_course.grading.rules import rules_of
from allyship_course.instructor.course import load_course
from allyship_course.instructor.times import WrongTimeError, moment
from allyship_course.spec import SpecError, load_module
from tests.support.classroom import nbgrader
from tests.support.paths import COURSE_CONFIG, ROOT, TINY_MODULE

BERLIN = ZoneInfo("Europe/Berlin")
TINY = {"01-tiny": load_module(TINY_MODULE)}
GOOD = """\
title: Allyship, spring
term: 2027-spring
timezone: Europe/Berlin
late: {per_day: 10, at_most: 50, grace_hours: 2}
mirror: {on: true, at_least: 12}
exchange: ../exchange
modules:
  - module: 01-tiny
    opens: 2027-03-01
    due: 2027-03-14 18:00
    points: {each: 2, mine: 0.5}
    share: [all-types]
"""


def write(folder: Path, text: str) -> Path:
    (folder / "course.yml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SpecError) as e:
        load_course(write(folder, text), TINY)
    return [str(p).partition("course.yml:")[2] for p in e.value.problems]


def test_a_term_is_read(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD), TINY)
    (module,) = course.modules
    assert course.due(module) == datetime(2027, 3, 14, 17, tzinfo=UTC)
    assert course.opens(module) == datetime(2027, 2, 28, 23, tzinfo=UTC)
    assert [module.points_of(e) for e in ("all-types", "mine")] == [2, 0.5]
    assert course.mirror.on
    assert course.mirror.at_least == 12


def test_a_module_can_be_only_its_name(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, "title: T\nterm: t\nmodules: [01-tiny]\n"), TINY)
    assert course.due(course.modules[0]) is None
    assert course.modules[0].points_of("all-types") == 1
    assert not course.mirror.on


def test_all_that_is_wrong_is_listed_at_once_with_line_and_remedy(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """\
title:
trem: 2027-spring
timezone: Europe/Berlin
late: {per_day: 200}
mirror: {on: true, at_least: 3}
modules:
  - module: 01-tinny
  - module: 01-tiny
    due: 14.3.2027
    points: {all-type: 2}
    share: [mine, kettel]
  - 01-tiny
""",
    )
    expected = (
        (1, "'term' is missing"),
        (1, "'title' is empty"),
        (2, "unknown key 'trem'. Did you mean 'term'?"),
        (4, "'per_day' is 200, which is too large. The most is 100"),
        (5, "'at_least' is 3, which is too small. The least is 5"),
        (7, "there is no module '01-tinny'. Did you mean '01-tiny'?"),
        (9, "'14.3.2027' is no date"),
        (10, "module '01-tiny' has no exercise 'all-type'. Did you mean 'all-types'?"),
        (11, "module '01-tiny' has no exercise 'kettel'. Did you mean 'kettle'?"),
        (11, "the exercise 'mine' is private and can't be shared. Take it out of 'share'"),
        (12, "the module '01-tiny' stands here twice. Keep one of them"),
    )
    for text, (line, words) in zip(found, expected, strict=True):
        assert text.startswith(f"{line}: {words}")


def test_a_time_zone_that_is_none_is_told(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("Europe/Berlin", "Europe/Berlln"))
    assert found == ["3: 'Europe/Berlln' is no time zone. Did you mean 'Europe/Berlin'?"]


@pytest.mark.parametrize(
    ("written", "what", "remedy"),
    [
        ("14.3.2027", "'14.3.2027' is no date", "Write it as in 2027-03-14 18:00"),
        ("2027-02-30 10:00", "there is no 2027-02-30 10:00", "calendar"),
        ("2027-03-14 25:00", "there is no 2027-03-14 25:00", "clock"),
        ("2027-03-28 02:30", "does not exist in Europe/Berlin", "for instance 2027-03-28 03:30"),
        (
            "2027-10-31 02:30",
            "comes twice in Europe/Berlin",
            "'2027-10-31 02:30 +02:00' for the first, '2027-10-31 02:30 +01:00' for the second",
        ),
    ],
)
def test_a_time_that_is_none_is_told(written: str, what: str, remedy: str) -> None:
    with pytest.raises(WrongTimeError, match=what) as e:
        moment(written, BERLIN)
    assert remedy in e.value.remedy


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2027-10-31 02:30 +02:00", "2027-10-31T00:30"),
        ("2027-10-31 02:30 +01:00", "2027-10-31T01:30"),
        ("2027-10-31 03:00", "2027-10-31T02:00"),
        ("2027-03-28 03:00", "2027-03-28T01:00"),
        ("2027-03-28T01:59", "2027-03-28T00:59"),
        ("2027-07-01 9:05", "2027-07-01T07:05"),
        ("2027-07-01 9:05 UTC", "2027-07-01T09:05"),
        ("2027-03-28", "2027-03-28T21:59"),
    ],
)
def test_a_time_around_a_change_of_clocks_is_the_right_moment(written: str, hour: str) -> None:
    assert moment(written, BERLIN).isoformat().startswith(hour)


def test_what_it_says_of_lateness_reaches_the_grading(tmp_path: Path) -> None:
    shutil.copy(COURSE_CONFIG, tmp_path)
    config = load_config(write(tmp_path, GOOD))
    assert config.Exchange.root == str((tmp_path.parent / "exchange").resolve())
    penalty = rules_of(config).penalty
    hour = 3600.0
    late = [hour, 2 * hour, 3 * hour, 26 * hour, 27 * hour, 1000 * hour]
    assert [penalty("any", 4.0, s) or 0 for s in late] == pytest.approx([0, 0, 0.4, 0.4, 0.8, 2])


def test_without_a_course_file_lateness_costs_nothing(tmp_path: Path) -> None:
    shutil.copy(COURSE_CONFIG, tmp_path)
    assert rules_of(load_config(tmp_path)).penalty("any", 4.0, 1e6) is None


@pytest.mark.heavy
def test_nbgrader_does_nothing_while_the_file_is_broken(tmp_path: Path) -> None:
    """Without its configuration it would go on, and run what students handed in."""
    shutil.copy(COURSE_CONFIG, tmp_path)
    write(tmp_path, GOOD.replace("2027-03-14 18:00", "some day"))
    said = nbgrader(tmp_path, "autograde", "01-tiny", ok=False)
    assert "course.yml:10: 'some day' is no date. Write it as in 2027-03-14 18:00" in said
    assert "Traceback" not in said


def test_the_commented_example_is_right_with_and_without_its_comments(tmp_path: Path) -> None:
    book = {f.name: load_module(f) for f in sorted((ROOT / "book" / "modules").iterdir())}
    example = COURSE_CONFIG.with_name("course.yml").read_text(encoding="utf-8")
    course = load_course(write(tmp_path, example), book)
    assert [m.module for m in course.modules] == [*book]
    named = {"title", "term", "book", "timezone", "modules"}
    assert course.model_fields_set == {*named, "course_id"}  # the course's own, from its settings

    plain = re.sub(r"^# (\w+:(?: |$))", r"\1", example, flags=re.MULTILINE)
    whole = re.sub(r"^# ( +.*)", r"\1", plain, flags=re.MULTILINE).replace("  - 03-is-and", "# ")
    head, _, rest = whole.partition("modules:\n")
    more = re.findall(r"^  +(?:- module|opens|due|points|share): .*\n", head, re.MULTILINE)
    for line in more:
        head = head.replace(line, "")
    full = load_course(write(tmp_path, f"{head}modules:\n{''.join(more)}{rest}"), book)
    assert full.model_fields_set == {*type(full).model_fields}
    assert full.modules[0].model_fields_set == {*type(full.modules[0]).model_fields}
