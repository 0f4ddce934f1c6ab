"""Bringing a gradebook of an earlier nbgrader up to the one that is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from nbgrader import dbutil
from sqlalchemy import create_engine, inspect, make_url, text

from ..grading.folder import course_directory, find_alembic
from ..messages import Ask, Tell
from .term import TeachError

# ------------------------------------------------------------------- an older gradebook


def upgrade(folder: Path, tell: Tell, ask: Ask) -> None:
    """Bring a gradebook of an older nbgrader up to date, after a copy and if ``ask`` agrees."""
    find_alembic()
    url = make_url(course_directory(folder).db_url)
    if url.get_backend_name() != "sqlite" or not (file := Path(url.database or "")).exists():
        return
    revision = _revision(file)
    from alembic.script import ScriptDirectory

    # nbgrader's own get_alembic_version starts a program for it, which takes seconds.
    head = ScriptDirectory(dbutil.ALEMBIC_DIR).get_current_head()
    if revision == head or not revision:
        return
    stamp = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    copy = file.with_name(f"{file.name}.{stamp}")
    tell(f"The gradebook was made by an older nbgrader (its revision {revision}, now {head}).")
    if not ask(f"Copy it to {copy.name} and bring it up to date?"):
        raise TeachError("with a gradebook of an older nbgrader nothing else can be done")
    shutil.copy2(file, copy)
    with tempfile.TemporaryFile("w+") as said:
        with dbutil._temp_alembic_ini(f"sqlite:///{file}") as ini:  # noqa: SLF001
            command = [sys.executable, "-m", "alembic", "-c", ini, "upgrade", "head"]
            done = subprocess.run(command, stdout=said, stderr=said, check=False)
        if done.returncode:
            said.seek(0)
            shutil.copy2(copy, file)
            last = said.read().strip().splitlines()[-1:]
            raise TeachError(
                f"the gradebook could not be brought up to date ({''.join(last)}). It is as it "
                "was. Use it with the nbgrader that made it"
            )
    tell(f"Brought up to date. As it was, it is in {copy.name}.")


def _revision(file: Path) -> str:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as db:
        if not inspect(engine).has_table("alembic_version"):
            return ""
        return str(db.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
