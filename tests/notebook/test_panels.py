"""Which of nbgrader's panels are hidden: one list, for a laptop, a hub and a cluster alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from allyship_course.notebook.jupyterlab import COURSES, STUDENTS, hide_panels
from tests.support.paths import ROOT


@pytest.mark.parametrize("kept", [STUDENTS, COURSES])
def test_all_panels_but_one_are_hidden_and_their_servers_are_off(kept: str, tmp_path: Path) -> None:
    hide_panels(tmp_path, but=kept, server={"tornado_settings": {"a": 1}})
    page = json.loads((tmp_path / "labconfig" / "page_config.json").read_text())
    hidden = {name.partition(":")[2] for name in page["disabledExtensions"]}
    assert {"formgrader", "assignment-list"} - hidden == {kept}
    assert len(hidden) == 4
    server = json.loads((tmp_path / "jupyter_server_config.json").read_text())["ServerApp"]
    off = {name.rpartition(".")[2].replace("_", "-") for name in server["jpserver_extensions"]}
    assert off == hidden - {"create-assignment"}
    assert server["tornado_settings"] == {"a": 1}


def test_a_cluster_hides_the_same(tmp_path: Path) -> None:
    hide_panels(tmp_path, but=STUDENTS)
    cluster = ROOT / "hub" / "kubernetes" / "etc" / "student"
    for name in ("labconfig/page_config.json", "jupyter_server_config.json"):
        assert json.loads((cluster / name).read_text()) == json.loads((tmp_path / name).read_text())
