"""The command line, as tests/cli meets it, under a name that leaves `c360` to the package."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def c360_command(tmp_path):
    """c360_command("db", "upgrade", ...) runs the command in an environment without addresses."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "C360_", "DATABASE_"))}
        return subprocess.run(
            [sys.executable, "-m", "c360_cli", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**clean, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1"},
        )

    return run
