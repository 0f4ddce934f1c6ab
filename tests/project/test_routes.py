"""The five ways through the course lead somewhere."""

from __future__ import annotations

import yaml

from allyship_course.spec import load_module
from tests.support.paths import ROOT


def test_each_stop_is_an_exercise_and_says_why_in_one_sentence() -> None:
    routes = yaml.safe_load((ROOT / "book" / "routes.yml").read_text(encoding="utf-8"))["routes"]
    assert [r["id"] for r in routes] == [
        *("ten-minutes", "i-was-sent", "it-happens-to-me", "i-decide-things", "a-team")
    ]
    for route in routes:
        assert set(route) - {"minutes"} == {"id", "title", "why", "stops"}
        for stop in route["stops"]:
            module, exercise = stop["stop"].split("/")
            load_module(ROOT / "book" / "modules" / module).exercise(exercise)  # raises
        for why in (route["why"], *(stop["why"] for stop in route["stops"])):
            assert why.endswith("."), why
            assert ". " not in why, why
