"""JSON that comes out with the numbers that went in: 0.10 stays 0.10, and a number of forty digits has forty."""

from __future__ import annotations

import json
from typing import Any

import orjson


def read(text: str) -> Any:
    """A document whose numbers stay as they are written. Raises ValueError for what is no JSON, NaN included, and what
    is nested too deeply.
    """
    try:
        return json.loads(text, parse_float=orjson.Fragment, parse_int=orjson.Fragment, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def write(document: Any, *, pretty: bool = False) -> str:
    """One line, or indented. Raises ValueError for halves of surrogate pairs, which no UTF-8 can hold."""
    try:
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 if pretty else None).decode()
    except TypeError as error:
        raise ValueError(str(error)) from error


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
