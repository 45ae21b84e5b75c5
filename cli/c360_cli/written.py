"""Files people write for a command, in YAML or JSON. What comes of them is JSON, whatever YAML can say besides."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import typer
import yaml

from c360.domain.errors import UsageError

_MOST_VALUES = 100_000
_HINT = "Write texts, numbers, true and false, lists, and objects whose keys are texts."
_TIME = "tag:yaml.org,2002:timestamp"


def read_written(path: Path) -> Any:
    """What a file says; - is stdin. Raises UsageError."""
    name = "stdin" if str(path) == "-" else str(path)
    try:
        text = typer.get_text_stream("stdin").read() if name == "stdin" else path.read_text(encoding="utf-8")
        value = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise UsageError(f"{name} is neither JSON nor YAML: {error}") from error
    _check(value, name)
    return value


class _Loader(yaml.SafeLoader):
    """A date stays the text it is written as."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, form) for tag, form in known if tag != _TIME]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _check(value: Any, name: str) -> None:
    """Refuse what JSON has not. Counts: with aliases a few lines can be millions of values, or no end of them."""
    waiting, count = [value], 0
    while waiting:
        one, count = waiting.pop(), count + 1
        if count > _MOST_VALUES:
            raise UsageError(f"{name} holds more than {_MOST_VALUES} values")
        if isinstance(one, dict) and all(isinstance(key, str) for key in one):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif not (one is None or isinstance(one, (str, bool, int)) or (isinstance(one, float) and math.isfinite(one))):
            raise UsageError(f"{name} holds what JSON has not: {str(one)[:60]}", hint=_HINT)
