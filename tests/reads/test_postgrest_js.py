"""docs/reference/postgrest.md keeps its word to the client people use: @supabase/postgrest-js, as published."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reads.conftest import SECRET, WRITE

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "reference" / "postgrest.md"
ROW = re.compile(
    r"^\| (?P<feature>[^|]+?) \| (?P<verdict>supported|different|absent)(?:, `(?P<code>\w+)`)? \|", re.MULTILINE
)
FEATURES = {row["feature"]: (row["verdict"], row["code"]) for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def told(shop_gateway):
    """What the client found of each feature."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (HERE / "node_modules").exists():
        pytest.skip('npm has not installed the client: run "make test"')
    done = subprocess.run(
        [node, HERE / "postgrest.mjs", shop_gateway.url, SECRET, WRITE],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_table_is_there():
    assert len(FEATURES) > 40
    assert {verdict for verdict, _ in FEATURES.values()} == {"supported", "different", "absent"}


@pytest.mark.parametrize("feature", [name for name, (verdict, _) in FEATURES.items() if verdict == "supported"])
def test_what_is_supported_works(told, feature):
    assert told.get(feature) == "ok"


@pytest.mark.parametrize("feature", [name for name, (_, code) in FEATURES.items() if code])
def test_what_is_absent_is_refused_by_name(told, feature):
    assert told.get(feature) == FEATURES[feature][1]


def test_nothing_is_tried_that_the_table_does_not_name(told):
    assert set(told) - set(FEATURES) == set()
