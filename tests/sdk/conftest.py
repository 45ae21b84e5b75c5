"""The JavaScript SDK, where Node is; in Chromium, where that is too."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.conftest import gateway, http, make_key

__all__ = ["gateway", "http", "make_key"]

SDK = Path(__file__).resolve().parents[2] / "sdk-js"
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def run_node(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", *arguments], cwd=SDK, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="session")
def node() -> Callable[..., subprocess.CompletedProcess[str]]:
    """node(program, ...) runs it in sdk-js/."""
    if shutil.which("node") is None:
        pytest.skip("there is no node")
    if not (SDK / "node_modules" / ".installed").exists():
        pytest.skip("the tools of sdk-js are not there: make sdk fetches them")
    return run_node


@pytest.fixture
def play(node, gateway, make_key) -> Callable[[str], dict[str, Any]]:
    """play(name) plays a scenario of sdk-js/tests/browser in Chromium and answers what it saw."""
    if _CHROMIUM is None:
        pytest.skip("there is no chromium")

    def run(name: str) -> dict[str, Any]:
        world = {"gateway": gateway.url, "key": make_key(), "chromium": _CHROMIUM}
        done = node("tests/browser/run.js", name, json.dumps(world))
        assert done.returncode == 0, done.stderr
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    return run
