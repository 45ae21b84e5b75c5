"""What `--help` of a command says: what it does, and an example that can be typed."""

from __future__ import annotations

import shlex

import pytest
import typer

from c360_cli import activation, agent, consent, topic, webhook

GROUPS = {"activation": activation, "agent": agent, "consent": consent, "topic": topic, "webhook": webhook}


def commands():
    def of(path, command):
        if hasattr(command, "commands"):
            for name, inner in command.commands.items():
                yield from of(f"{path} {name}", inner)
        else:
            yield path, command

    return [found for name, group in GROUPS.items() for found in of(f"c360 {name}", typer.main.get_command(group.app))]


@pytest.mark.parametrize(("path", "command"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_help_of_a_command_has_an_example_that_it_understands(path, command):
    _, mark, example = (command.help or "").partition("Example: ")
    words = shlex.split(example)

    assert mark
    assert words[: len(path.split())] == path.split()
    command.make_context(path, words[len(path.split()) :])
