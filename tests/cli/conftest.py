"""The command line as a person meets it: another process, its two streams and its exit code."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def c360(tmp_path):
    """c360("db", "status", ...) runs the command in an empty folder and an environment without addresses."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "C360_", "DATABASE_"))}
        return subprocess.run(
            [sys.executable, "-m", "c360_cli", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**clean, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1", **environment},
        )

    return run
