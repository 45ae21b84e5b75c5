"""Pinot's own code, without its servers: checks configurations, turns messages into rows, makes and reads segments."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.java import java_home

_HERE = Path(__file__).parents[1] / "engines" / "pinot"
_TARGET = _HERE / "target"
_DONE = _TARGET / ".fetched-1.5.1"


class PinotRefused(Exception):
    """What its code says is wrong."""


class Pinot:
    def __init__(self, java: Path) -> None:
        self._java = java

    def ask(self, what: str, *files: Path) -> list[dict[str, Any]]:
        """The rows that it answers. Raises PinotRefused."""
        ran = subprocess.run(
            [self._java / "bin" / "java", "-Xmx512m", "-cp", f"{_TARGET / 'lib'}/*:{_TARGET}", "Check", what, *files],
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise PinotRefused(ran.stderr[-2000:])
        return [json.loads(line[4:]) for line in ran.stdout.split("\n") if line.startswith("ROW ")]


def pinot() -> Pinot:
    """Fetched once, by Maven."""
    java = java_home(17)
    if java is None or shutil.which("mvn") is None:
        pytest.skip("Pinot needs Java 17 or newer, and Maven to fetch it")
    if not _DONE.exists():
        shutil.rmtree(_TARGET, ignore_errors=True)
        fetched = subprocess.run(
            [
                "mvn",
                "--quiet",
                "--batch-mode",
                f"--file={_HERE / 'pom.xml'}",
                "dependency:copy-dependencies",
                f"-DoutputDirectory={_TARGET / 'lib'}",
                "-DincludeScope=runtime",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if fetched.returncode:
            pytest.skip(f"Pinot cannot be fetched: {fetched.stdout[-300:]}")
        subprocess.run(
            [java / "bin" / "javac", "-cp", f"{_TARGET / 'lib'}/*", "-d", _TARGET, _HERE / "Check.java"], check=True
        )
        _DONE.touch()
    return Pinot(java)
