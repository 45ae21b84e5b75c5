"""The command line, as tests/cli meets it, under a name that leaves `c360` to the package."""

import subprocess

import pytest

from support.command_line import clean_environment


@pytest.fixture
def c360_command(command_line, tmp_path):
    """c360_command("db", "upgrade", ...) runs the command in an environment without addresses."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return command_line.run(*arguments, cwd=tmp_path, environment=clean_environment())

    return run
