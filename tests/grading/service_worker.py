"""Grades submissions as a worker of Grader Service does; runs in an environment of the service.

``python service_worker.py FOLDER MODULES``: ``FOLDER/git`` has the students' repositories,
``FOLDER/properties.json`` what generating the assignment has written. Prints points by student.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jupyter_client.manager
from grader_service.orm import Assignment, Lecture, Submission, User
from grader_service.orm.base import Base, DeleteState
from grader_service.orm.lecture import LectureState
from grader_service.orm.submission import AutoStatus
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from traitlets.config import Config

from allyship_course.grading.grader_service import CompletionExecutor

CODE, ASSIGNMENT = "course", 1
ALLOWED = ["*.yml", "*.json"]


class Connection(sqlite3.Connection):
    """The service sets this of SQLite, which Python has from 3.12 on."""

    autocommit = True


def no_kernel(*_: object, **__: object) -> Any:
    raise AssertionError("a kernel was started")


def main(folder: Path, modules: str) -> None:
    """Grade the newest commit of each student."""
    jupyter_client.manager.KernelManager.start_kernel = no_kernel
    jupyter_client.manager.AsyncKernelManager.start_kernel = no_kernel
    engine = create_engine(f"sqlite:///{folder}/service.db", connect_args={"factory": Connection})
    Base.metadata.create_all(engine)
    config = Config()
    config.CompletionExecutor.modules = modules
    points = {}
    with Session(engine) as session:
        active = DeleteState.active
        lecture = Lecture(code=CODE, name="A course", state=LectureState.active, deleted=active)
        assignment = Assignment(id=ASSIGNMENT, name="A module", lecture=lecture, deleted=active)
        assignment.properties = (folder / "properties.json").read_text()
        assignment.settings = {"allowed_files": ALLOWED}
        session.add(assignment)
        repositories = sorted((folder / "git" / CODE / str(ASSIGNMENT) / "user").iterdir())
        for repository in repositories:
            submission = Submission(
                assignment=assignment,
                user=User(name=repository.name, display_name=repository.name),
                date=datetime(2026, 11, 28, tzinfo=UTC),
                commit_hash=newest_commit(repository),
                edited=False,
                grading_score=0,
                score_scaling=1,
            )
            session.add(submission)
            session.commit()
            CompletionExecutor(str(folder), submission, close_session=False, config=config).start()
            graded = submission.auto_status == AutoStatus.AUTOMATICALLY_GRADED
            assert graded, submission.logs.logs
            properties = json.loads(submission.properties.properties)
            points[repository.name] = {
                name: grade["auto_score"]
                for notebook in properties["notebooks"].values()
                for name, grade in notebook["grades_dict"].items()
            }
    sys.stdout.write(json.dumps(points))


def newest_commit(repository: Path) -> str:
    command = ["git", "rev-parse", "HEAD"]
    done = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
