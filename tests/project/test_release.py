"""A release: one version everywhere, the same bytes wherever it is built, and a bare machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from release.building import build_twice
from release.trying import interpreter, named_pythons
from release.versions import changelog, faults, faults_of_tag, version

from tests.support.environments import environment
from tests.support.paths import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"


def test_the_version_is_the_same_everywhere_and_has_its_place_in_the_changelog() -> None:
    assert list(faults(ROOT)) == []


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """What the rule for versions reads, to be changed."""
    for name in ("pyproject.toml", "CHANGELOG.md", "CITATION.cff", "src/jupyter", "hub/kubernetes"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    (tmp_path / "src" / "allyship_course").mkdir()
    shutil.copy(ROOT / "src/allyship_course/__init__.py", tmp_path / "src" / "allyship_course")
    return tmp_path


def write_changelog(sources: Path, *headings: str) -> None:
    sections = "".join(f"## {heading}\n\n- Something.\n\n" for heading in headings)
    (sources / "CHANGELOG.md").write_text(f"# Changelog\n\n{sections}")


def test_a_version_that_was_forgotten_somewhere_is_named(sources: Path) -> None:
    citation = sources / "CITATION.cff"
    citation.write_text(citation.read_text().replace(version(ROOT), "0.0.9"))
    (fault,) = faults(sources)
    assert "CITATION.cff has 0.0.9" in fault
    assert version(ROOT) in fault


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (("0.0.1 (2026-01-01)",), "no section for"),
        (("Unreleased", "{ours} (2026-12-01)"), "is released"),
        (("{ours} (2026-12-01)", "Unreleased"), "stands first"),
        (("0.0.1 (2026-01-01)", "{ours} (2026-12-01)"), "newest release stands first"),
    ],
)
def test_a_changelog_that_does_not_fit_the_version_is_refused(
    sources: Path, headings: tuple[str, ...], said: str
) -> None:
    write_changelog(sources, *(heading.format(ours=version(ROOT)) for heading in headings))
    assert any(said in fault for fault in faults(sources))


def test_a_heading_of_another_form_is_refused(sources: Path) -> None:
    write_changelog(sources, "Version 1.2, in spring")
    with pytest.raises(ValueError, match="in spring"):
        changelog(sources)


def test_only_the_version_with_a_dated_section_can_be_tagged(sources: Path) -> None:
    ours = version(ROOT)
    write_changelog(sources, "Unreleased")
    assert any("does not begin with" in fault for fault in faults_of_tag(sources, f"v{ours}"))
    write_changelog(sources, f"{ours} (2026-12-01)")
    assert list(faults_of_tag(sources, f"v{ours}")) == []
    assert list(faults_of_tag(sources, "v9.9.9")) == [f"The tag is v9.9.9; it has to be v{ours}."]


def test_the_pythons_that_are_named_are_those_that_are_tested_and_released_with() -> None:
    tests = yaml.safe_load((WORKFLOWS / "tests.yml").read_text())
    assert tests["jobs"]["test"]["strategy"]["matrix"]["python"] == named_pythons()
    release = yaml.safe_load((WORKFLOWS / "release.yml").read_text())
    (setup,) = [
        step["with"]["python-version"].split()
        for step in release["jobs"]["make"]["steps"]
        if "setup-python" in step.get("uses", "")
    ]
    assert setup == named_pythons()


def test_only_the_steps_that_sign_and_publish_may_ask_for_an_identity() -> None:
    """And nothing that we run ourselves stands in a job that may."""
    jobs = yaml.safe_load((WORKFLOWS / "release.yml").read_text())["jobs"]
    may = {name for name, job in jobs.items() if "id-token" in job.get("permissions", {})}
    assert may == {"attest", "publish"}
    assert not [step for name in may for step in jobs[name]["steps"] if "run" in step]
    assert "secrets." not in (WORKFLOWS / "release.yml").read_text()


@pytest.mark.heavy
def test_wheel_and_sdist_are_the_same_to_the_byte_when_built_again(tmp_path: Path) -> None:
    """The second time from the sdist, in another folder, by files of another date."""
    names = {file.suffix: file for file in build_twice(tmp_path)}
    assert {*names} == {".gz", ".whl"}
    assert names[".whl"].stat().st_size < 1_000_000


@pytest.mark.slow
def test_make_dist_tries_the_package_on_every_python_that_is_here() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "release"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for python in named_pythons():
        here = interpreter(python) is not None
        line = next(
            line for line in done.stdout.splitlines() if line.startswith(f"Python {python}:")
        )
        assert ("installed alone" in line) == here
        assert ("not tried" in line) != here
    bill = json.loads((ROOT / "_build" / "release" / "bill-of-materials.cdx.json").read_text())
    assert bill["metadata"]["component"]["name"] == "allyship-course"
    assert {"pydantic", "nbgrader", "jupyter-book"} <= {part["name"] for part in bill["components"]}
    assert len(list((ROOT / "dist").iterdir())) == 2


@pytest.mark.slow
def test_the_citation_is_as_those_who_read_it_expect(tmp_path: Path) -> None:
    programs = environment(ROOT / "tests" / "project" / "citation.lock", tmp_path / "venv")
    cite = [str(programs / "cffconvert"), "--infile", str(ROOT / "CITATION.cff")]
    subprocess.run([*cite, "--validate"], check=True, capture_output=True)
    bibtex = subprocess.run([*cite, "-f", "bibtex"], check=True, capture_output=True, text=True)
    assert re.search(r"title = \{Allyship course", bibtex.stdout)
