"""A text in the editor of the person at the terminal, until it is JSON or they give up."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from c360.domain.errors import UsageError
from c360_cli import exact_json


def edited(text: str) -> str | None:
    """The JSON object a person has made of a text; None when they left it as it was.

    It lies in a file that only they can read, and that is gone afterwards.
    """
    before = _pretty(text)
    with tempfile.NamedTemporaryFile("w", prefix="c360-", suffix=".json", encoding="utf-8", delete=False) as file:
        file.write(before)
    path = Path(file.name)
    try:
        while True:
            _open_editor(path)
            after = _read(path)
            if after.strip() == before.strip():
                return None
            mistake = _mistake(after)
            if mistake is None:
                return after.strip()
            if not wants_another_try(mistake):
                raise UsageError(f"{mistake}; nothing was changed")
    finally:
        path.unlink(missing_ok=True)


def wants_another_try(mistake: str) -> bool:
    """Whether somebody is there and says yes."""
    print(f"{mistake}\nEdit again? [Y/n] ", end="", file=sys.stderr, flush=True)
    reply = sys.stdin.readline()
    return bool(reply) and reply.strip().lower() not in {"n", "no"}


def _open_editor(path: Path) -> None:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        done = subprocess.run([*shlex.split(editor), str(path)], check=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the editor {editor} cannot be started: {getattr(error, 'strerror', error)}",
            hint="Set EDITOR to one that can.",
        ) from error
    if done.returncode:
        raise UsageError(f"the editor {editor} ended with {done.returncode}; nothing was changed")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"the editor left no file to read: {error.strerror}") from error


def _pretty(text: str) -> str:
    """Indented where it is JSON; else as it is."""
    try:
        return exact_json.write(exact_json.read(text), pretty=True) + "\n"
    except ValueError:
        return text + "\n"


def _mistake(text: str) -> str | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"This is no JSON: {error}"
    return None if isinstance(document, dict) else "An event is a JSON object"
