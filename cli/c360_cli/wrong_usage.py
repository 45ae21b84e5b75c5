"""What the parser of the command line refuses, in our words: U9100, what is wrong, and which help to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from c360.domain.errors import UsageError

# What pydantic, which reads the values, says in front of its reason, and what it adds of how it reads.
_ABOUT_READING = re.compile(r"^Value error, |, unable to parse string as .*$")
_INPUT = re.compile(r"^Input should be ")
_CHOICES = re.compile(r"^'(?P<value>.*)' is not one of (?P<choices>'.*')\.$", re.DOTALL)


def wrong_usage(error: Any, application: Any, arguments: Sequence[str]) -> UsageError:
    """The error of ours for one of the parser, which was given these arguments for this application."""
    path, command = _meant(application, arguments)
    said, close = _said(error, path, command)
    see = f"See: {path} --help"
    return UsageError(said, hint=f"Did you mean {' or '.join(close)}? {see}" if close else see)


def with_help(error: UsageError, application: Any, arguments: Sequence[str]) -> UsageError:
    """The error; where it says nothing of what to do, with the help of the command."""
    if error.hint is None:
        path, _ = _meant(application, arguments)
        error.hint = f"See: {path} --help"
    return error


def _meant(command: Any, arguments: Iterable[str]) -> tuple[str, Any]:
    """The command that is named first of all, as deep as its name is known, and how it is called."""
    path = "c360"
    for word in arguments:
        inner = getattr(command, "commands", {}).get(word)
        if inner is not None:
            path, command = f"{path} {word}", inner
        elif not word.startswith("-"):
            break
    return path, command


def _said(error: Any, path: str, command: Any) -> tuple[str, list[str]]:
    """What is wrong, and what may have been meant."""
    parameter = getattr(error, "param", None)
    kind = type(error).__name__
    if kind == "NoSuchOption" and error.option_name in _options(command):
        return f"{error.option_name} goes behind {path}", []
    if kind == "NoSuchOption":
        return f"{path} has no option {error.option_name}", _close(error.option_name, _options(command))
    if kind == "MissingParameter" and parameter is not None:
        return f"{_name(parameter)} is missing", []
    if kind == "BadOptionUsage":
        takes = "needs a value" if "requires" in error.message else "takes no value"
        return f"{error.option_name} {takes}", []
    if parameter is not None:
        return _about_value(parameter, error.message)
    if unknown := re.match(r"No such command '(.*?)'\.", error.message, re.DOTALL):
        option = f"--{unknown[1]}"  # help and version are commands elsewhere
        close = [option] if option in _options(command) else _close(unknown[1], getattr(command, "commands", ()))
        return f'{path} has no command "{unknown[1]}"', close
    if extra := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", error.message, re.DOTALL):
        return f'{path} takes nothing more, but was given "{extra[1]}"', []
    return error.format_message().strip().rstrip("."), []


def _about_value(parameter: Any, reason: str) -> tuple[str, list[str]]:
    reason = _ABOUT_READING.sub("", reason)
    if choice := _CHOICES.match(reason):
        choices = re.findall(r"'(.*?)'", choice["choices"])
        return f'{_name(parameter)}: "{choice["value"]}" is not one of {", ".join(choices)}', _close(
            choice["value"], choices
        )
    return f"{_name(parameter)}: {_INPUT.sub('it has to be ', reason)}", []


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())


def _options(command: Any) -> list[str]:
    return [name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)] + ["--help"]


def _close(given: str, known: Iterable[str]) -> list[str]:
    """Those of a kind that look alike; the dashes, which all options have, do not count."""
    kind = "-" if given.startswith("-") else ""
    alike = {one.lstrip("-"): one for one in known if one.startswith("-") == bool(kind)}
    return [alike[name] for name in get_close_matches(given.lstrip("-"), alike, n=2)]
