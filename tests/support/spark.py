"""Spark on two threads of this machine, in a process of its own that the tests talk to by py4j."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from support.java import java_home
from support.query_engine import Row


class Spark:
    name = "spark"

    def __init__(self, folder: Path, jars: list[Path] | None = None, settings: dict[str, str] | None = None) -> None:
        home = java_home(8, 18)
        if home is None:
            pytest.skip("Spark 3.5 runs on Java 8, 11 or 17, which is not here")
        pyspark = pytest.importorskip("pyspark")
        os.environ["JAVA_HOME"] = str(home)
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        # Another version of Python is no matter: no Python runs in Spark.
        from pyspark.sql import SparkSession

        assert pyspark.__version__
        builder: Any = (
            SparkSession.builder.master("local[2]")
            .config("spark.driver.memory", "1g")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
            .config("spark.driver.extraJavaOptions", f"-Duser.timezone=America/New_York -Dderby.system.home={folder}")
        )
        if jars:
            builder = builder.config("spark.jars", ",".join(map(str, jars)))
        for name, value in (settings or {}).items():
            builder = builder.config(name, value)
        self._session: Any = builder.getOrCreate()

    def execute(self, sql: str) -> list[Row]:
        rows = self._session.sql(sql).collect()
        return [tuple(None if value is None else str(value) for value in row) for row in rows]

    def close(self) -> None:
        self._session.stop()
