"""The benchmarks take too long for every day, so that a name that has changed is noticed late."""

from __future__ import annotations

import subprocess
import sys

from tests.support.paths import ROOT


def test_make_bench_finds_all_that_it_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import benchmarks.__main__"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
