"""What `--help` of a command or a group says: what it does, and an example that can be typed."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer

from c360_cli import main

APPLICATION = typer.main.get_command(main.application([]))


def everything(path: tuple[str, ...] = (), command: Any = APPLICATION):
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from everything((*path, name), inner)


EVERYTHING = list(everything())


@pytest.mark.parametrize(("path", "command"), EVERYTHING, ids=["c360 " + " ".join(path) for path, _ in EVERYTHING])
def test_the_help_has_an_example_that_is_understood(path, command, tmp_path, monkeypatch):
    _, mark, example = (command.help or "").partition("Example: ")
    words = shlex.split(example)
    monkeypatch.chdir(tmp_path)
    for word in words:
        if re.fullmatch(r"[a-z]+\.[a-z0-9]+", word):  # a file that is read
            (tmp_path / word).touch()

    assert mark
    assert words[: len(path) + 1] == ["c360", *path]
    called = APPLICATION
    while words := words[1:]:
        if not hasattr(called, "commands"):
            break
        called = called.commands[words[0]]
    called.make_context("c360", words)
