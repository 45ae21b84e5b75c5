"""What is committed of the SDK is what its sources make, small enough, typed, and tested."""

from __future__ import annotations

import json
import subprocess

import pytest

from sdk.conftest import SDK


def test_the_committed_build_is_what_the_sources_make_and_small_enough(node):
    done = node("build.js", "--check")

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_fit(node):
    done = subprocess.run(
        [SDK / "node_modules" / ".bin" / "tsc", "--project", "tsconfig.json"],
        cwd=SDK,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_unit_tests_pass_and_take_95_percent_of_the_branches(node):
    done = node("tests/run.js")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("load", ["require('./dist/c360.cjs')", "await import('./dist/c360.mjs')"])
def test_both_modules_load_without_a_browser_and_offer_the_same(node, load):
    done = node(
        "--input-type=commonjs", "-e", f"(async () => console.log(JSON.stringify(Object.keys({load}).sort())))()"
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["create", "createServer", "preload"]


def test_it_needs_nothing_at_run_time_and_its_tools_are_pinned():
    package = json.loads((SDK / "package.json").read_text(encoding="utf-8"))

    assert "dependencies" not in package
    assert all(version[0].isdigit() for version in package["devDependencies"].values())
    assert (SDK / "package-lock.json").is_file()
    assert f"VERSION = '{package['version']}'" in (SDK / "src" / "common.js").read_text(encoding="utf-8")
