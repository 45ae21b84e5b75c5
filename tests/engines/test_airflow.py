"""The DAG in Airflow, in an environment of its own: a run on a real c360 exports, verifies, and drops when told to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.lakes import lay_out

pytestmark = pytest.mark.engines

HERE = Path(__file__).parent / "airflow"
PLACE = HERE / "target"
DAGS = Path(__file__).parents[2] / "docs" / "how-to" / "airflow"


@pytest.fixture(scope="module")
def airflow() -> Path:
    """The program, fetched once."""
    program, done = PLACE / "bin" / "airflow", PLACE / ".fetched"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", PLACE], check=True)
        fetched = subprocess.run(
            [PLACE / "bin" / "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=False
        )
        if fetched.returncode:
            pytest.skip("Airflow cannot be fetched")
        done.touch()
    return program


@pytest.fixture
def run(airflow: Path, database: Any, tmp_path: Path) -> Any:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON"))},
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "false",
        "C360_PROGRAM": str(Path(sys.executable).with_name("c360")),
        "C360_DSN": database.dsn,
    }

    def start(*arguments: str) -> str:
        ran = subprocess.run(
            [airflow, *arguments], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert ran.returncode == 0, f"{ran.stdout[-6000:]}\n{ran.stderr[-3000:]}"
        return ran.stdout

    start("db", "migrate")
    return start


def test_a_run_of_the_dag_exports_and_verifies_and_drops_only_when_told_to(run, connect, tmp_path) -> None:
    session = connect()
    lay_out(session)
    session.call("c360.set_lake", "acme", f"file://{tmp_path}/lake")
    session.commit()

    def states() -> dict[tuple[str, str], str]:
        rows = session.call_rows("c360.lake_partitions", "acme")
        session.commit()
        return {(row["table_name"], row["partition"]): row["state"] for row in rows}

    run("dags", "test", "c360_lake", "2026-11-01")
    assert states()["events", "y2024m03"] == "verified"

    run("dags", "test", "c360_lake", "2026-11-02", "--conf", json.dumps({"drop": True, "keep": 1}))
    assert states()["events", "y2024m03"] == "dropped"
    assert states()["purchases", "y2024m03"] == "verified"
