"""Where there is no database, commands say so, and make none."""

import pytest

from support.command_line import clean_environment


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("doctor",),
        ("db", "status"),
        ("db", "url"),
        ("db", "install", "--dry-run"),
        ("tenant", "list"),
        ("tenant", "create", "acme"),
        ("events", "tail", "acme", "--follow"),
        ("webhook", "add", "acme", "https://crm.example/hook", "--name", "crm"),
        ("top",),
        ("gateway",),
        ("relay",),
        ("worker",),
    ],
    ids=" ".join,
)
def test_a_command_without_a_database_says_so_and_makes_nothing(command_line, tmp_path, arguments):
    folder = tmp_path / "none"

    done = command_line.run(*arguments, cwd=tmp_path, environment=clean_environment(C360_DATA_DIR=str(folder)))

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("U9015: no database")
    assert "hint: " in done.stderr
    assert "c360 up" in done.stderr
    assert not folder.exists()
