"""hub/kubernetes as Kubernetes reads it: our own objects, and what the chart makes of our values.

The chart is JupyterHub's and not in this repository: name a folder or a file that has it in
``ALLYSHIP_CHART``.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.support.environments import environment
from tests.support.paths import ROOT

pytestmark = [pytest.mark.hub, pytest.mark.slow]

HERE = Path(__file__).parent
FOLDER = ROOT / "hub" / "kubernetes"
CHART = "ALLYSHIP_CHART"
OURS = [FOLDER / "exchange.yaml", FOLDER / "grading.yaml"]
VALUES = {
    "accounts of the hub": ["values.yaml"],
    "a platform's accounts": ["values.yaml", "values-lti.yaml"],
}


@pytest.fixture(scope="module")
def validate(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that reads objects strictly: a key that Kubernetes does not know is a fault."""
    programs = environment(HERE / "kubernetes.lock", tmp_path_factory.mktemp("validate") / "venv")
    return [str(programs / "kubernetes-validate"), "--strict"]


def refused(validate: list[str], *files: Path) -> str:
    """Return what is wrong with the objects in some files; nothing if they are as they should."""
    command = [*validate, "--quiet", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (not done.stderr + done.stdout), done
    return done.stdout + done.stderr


def test_kubernetes_reads_our_own_objects(validate: list[str], tmp_path: Path) -> None:
    assert refused(validate, *OURS) == ""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(OURS[0].read_text().replace("readinessProbe:", "readyProbe:"))
    assert "readyProbe" in refused(validate, wrong)


@pytest.fixture(scope="module")
def helm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The machine's helm, or else the one that a package of the index carries."""
    if here := shutil.which("helm"):
        return here
    folder = tmp_path_factory.mktemp("helm")
    environment(HERE / "helm.lock", folder / "venv")
    (packed,) = folder.glob("venv/lib/*/site-packages/aws_cdk/*/_jsii/*.tgz")
    with tarfile.open(packed) as archive:
        layer = archive.extractfile("package/lib/layer.zip")
        assert layer
        with zipfile.ZipFile(io.BytesIO(layer.read())) as programs:
            program = Path(programs.extract("helm/helm", folder))
    program.chmod(0o755)
    try:
        subprocess.run([program, "version"], check=True, capture_output=True)
    except OSError:
        pytest.skip("no helm that runs on this kind of machine")
    return str(program)


def chart() -> str:
    if not (place := os.environ.get(CHART)):
        pytest.skip(f"no chart: name a folder or a file that has JupyterHub's in {CHART}")
    return place


def command_of_the_guide() -> list[str]:
    """Return what the guide has people type to put the hub onto a cluster."""
    readme = (FOLDER / "README.md").read_text().replace("\\\n", " ")
    line = re.search(r"helm (upgrade --install hub .*)", readme)
    assert line
    return shlex.split(line[1])


@pytest.mark.parametrize("name", VALUES)
def test_the_chart_makes_sound_objects_of_our_values(
    name: str, validate: list[str], helm: str, tmp_path: Path
) -> None:
    words = command_of_the_guide()
    assert words[:4] == ["upgrade", "--install", "hub", "jupyterhub/jupyterhub"]
    rest = [word for word in words[4:] if word not in {"--version", "4.*"}]
    more = [word for file in VALUES[name][1:] for word in ("-f", str(FOLDER / file))]
    command = [helm, "template", "hub", chart(), *rest, *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    objects = [one for one in yaml.safe_load_all(done.stdout) if one]
    assert {"Deployment", "NetworkPolicy", "Secret", "Service"} <= {one["kind"] for one in objects}
    assert len(objects) > 30
    made = tmp_path / "made.yaml"
    made.write_text(yaml.safe_dump_all(objects))
    assert refused(validate, made) == ""
    text = made.read_text()
    assert "allyship" in text  # our own values have reached them
