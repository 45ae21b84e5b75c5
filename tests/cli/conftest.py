"""The command line as a person meets it: another process, its two streams and its exit code."""

import subprocess

import pytest

from support.command_line import clean_environment


@pytest.fixture
def c360(command_line, tmp_path):
    """c360("db", "status", ...) runs the command in an empty folder and an environment without addresses."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return command_line.run(*arguments, cwd=tmp_path, environment=clean_environment(**environment))

    return run
