"""Engines of others read the Iceberg tables by the catalog in PostgreSQL and from S3: all count the same."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from c360.lake.definitions import Lake, definitions
from c360.lake.iceberg import DataFile, open_iceberg
from c360.lake.ledger import Column, Table
from c360.lake.storage import open_storage
from support import lake_files
from support.java import java_home
from support.nasty_rows import nasty_events
from support.query_engine import QueryEngine, Row
from support.seaweed import ACCESS_KEY, REGION, SECRET_KEY, Seaweed
from support.server import TestServer
from support.tcp_door import tcp_door

pytestmark = pytest.mark.engines

_HERE = Path(__file__).parent / "iceberg"
_JARS = _HERE / "target" / "jars"
_ROWS = nasty_events(20_000)
_EVENTS = lake_files.EVENTS
_TABLE = Table(
    "events",
    tuple(
        Column(column.name, column.type, "", column.is_person, column.is_time, column.is_key)
        for column in _EVENTS.columns
    ),
)
_TRUTH = [(str(len(_ROWS)), str(lake_files.checksum(_EVENTS, _ROWS)))]


@dataclass(frozen=True)
class Published:
    """Where an engine finds the tables."""

    port: int
    database: str
    url: str
    metadata_location: str
    store: Seaweed

    @property
    def jdbc(self) -> str:
        return f"jdbc:postgresql://127.0.0.1:{self.port}/{self.database}?currentSchema=c360_iceberg"

    @property
    def location(self) -> str:
        return f"{self.url}/v1/_iceberg/events/tenant=acme"


@pytest.fixture(scope="module")
def published(
    server: TestServer, module_database: Any, seaweed: Seaweed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    """Rows as files on an object store and as a table of the catalog, and a role that reads the catalog."""
    folder = tmp_path_factory.mktemp("rows")
    lake_files.write(folder, "acme", _EVENTS, _ROWS)
    seaweed.client().create_bucket(Bucket="iceberg")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in seaweed.environment.items():
            environment.setenv(name, value)
        storage = open_storage("s3://iceberg/lake", seaweed.options)
        files: dict[str, list[DataFile]] = {}
        for path in sorted(folder.rglob("*.parquet")):
            key = path.relative_to(folder).as_posix()
            size = storage.put(key, path, sha256=hashlib.sha256(path.read_bytes()).digest()).size
            day = date.fromisoformat(path.parent.name.removeprefix("dt="))
            moments = [row[1] for row in _ROWS if row[1].date() == day]
            file = DataFile(key, day, len(moments), size, 0, min(moments), max(moments))
            files.setdefault(path.name[:8], []).append(file)
        with psycopg.connect(module_database.dsn, autocommit=True) as connection:
            with open_iceberg(connection, storage, seaweed.options, "acme") as iceberg:
                for partition, listed in files.items():
                    iceberg.publish(_TABLE, partition, listed)
            row = connection.execute("SELECT metadata_location FROM c360_iceberg.iceberg_tables").fetchone()
    assert row is not None
    with server.admin(module_database.name) as admin:
        admin.execute(sql.SQL("CREATE ROLE engine LOGIN IN ROLE c360_acme_reader"))
    try:
        with tcp_door(str(server.folder)) as port:
            yield Published(port, module_database.name, "s3://iceberg/lake", row[0], seaweed)
    finally:
        with server.admin() as admin:
            admin.execute(sql.SQL("DROP ROLE engine"))


def question(engine: str, table: str) -> str:
    """Count and checksum as `c360 lake ddl` has them, over an Iceberg table instead of files."""
    lake = Lake(tenant="acme", url="file:///lake", tables=(replace(_EVENTS, since="2026-09-01"),))
    made = next(one.text for one in definitions(lake, engine) if "events_checksums" in one.text)
    body = made[made.index("SELECT") :]
    inner = re.sub(r"([`\"])c360_acme\1\.\1events\1", lambda _: table, body).replace("kept.dt", "1")
    return f"SELECT row_count, checksum FROM ({inner.strip().rstrip(';')}) AS answer"


def test_spark_reads_by_its_jdbc_catalog(published: Published) -> None:
    home = java_home(8, 18)
    pytest.importorskip("pyspark")
    if home is None or shutil.which("mvn") is None:
        pytest.skip("Spark 3.5 runs on Java 8, 11 or 17, and its jars come by Maven")
    settings = {
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.jars": ",".join(str(jar) for jar in jars("iceberg-spark", "iceberg-aws", "postgresql")),
        "spark.sql.catalog.c360": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.c360.type": "jdbc",
        "spark.sql.catalog.c360.uri": published.jdbc,
        "spark.sql.catalog.c360.jdbc.user": "engine",
        "spark.sql.catalog.c360.jdbc.password": "none",
        "spark.sql.catalog.c360.jdbc.schema-version": "V1",
        "spark.sql.catalog.c360.warehouse": published.url,
        "spark.sql.catalog.c360.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        "spark.sql.catalog.c360.s3.endpoint": published.store.endpoint,
        "spark.sql.catalog.c360.s3.path-style-access": "true",
        "spark.sql.catalog.c360.client.region": REGION,
    }
    asked = [
        question("spark", "c360.acme.events"),
        "SELECT count(*), min(partition.received_at_day) FROM c360.acme.events.partitions",
    ]
    made = subprocess.run(
        [sys.executable, "-c", _SPARK, json.dumps([settings, asked])],
        env={
            "JAVA_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PATH": "/usr/bin:/bin",
            "AWS_REGION": REGION,
            **published.store.environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert made.returncode == 0, made.stderr[-4000:]
    answers = json.loads(made.stdout.splitlines()[-1])
    assert [tuple(row) for row in answers[0]] == _TRUTH
    assert answers[1][0][0] == str(len({row[1].date() for row in _ROWS}))


_SPARK = """
import json, sys
from pyspark.sql import SparkSession
settings, asked = json.loads(sys.argv[1])
builder = SparkSession.builder.master("local[2]")
for name, value in settings.items():
    builder = builder.config(name, value)
session = builder.getOrCreate()
print(json.dumps([[[str(value) for value in row] for row in session.sql(one).collect()] for one in asked]))
session.stop()
"""


def test_trino_reads_by_its_jdbc_catalog(published: Published, tmp_path_factory: pytest.TempPathFactory) -> None:
    from support.trino import Trino, running_trino

    catalog = {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "jdbc",
        "iceberg.jdbc-catalog.catalog-name": "c360",
        "iceberg.jdbc-catalog.driver-class": "org.postgresql.Driver",
        "iceberg.jdbc-catalog.connection-url": published.jdbc,
        "iceberg.jdbc-catalog.connection-user": "engine",
        "iceberg.jdbc-catalog.connection-password": "none",
        "iceberg.jdbc-catalog.default-warehouse-dir": published.url,
        "iceberg.jdbc-catalog.schema-version": "V1",
        "fs.native-s3.enabled": "true",
        "s3.endpoint": published.store.endpoint,
        "s3.region": REGION,
        "s3.path-style-access": "true",
        "s3.aws-access-key": ACCESS_KEY,
        "s3.aws-secret-key": SECRET_KEY,
    }
    # Iceberg's times have a zone in Trino, those of plain files have none.
    named = ", ".join(
        f"CAST({column.name} AT TIME ZONE 'UTC' AS timestamp(6)) AS {column.name}"
        if column.type.startswith("timestamp")
        else column.name
        for column in _EVENTS.columns
    )
    with running_trino(tmp_path_factory.mktemp("trino"), {"c360": catalog}) as port:
        engine = Trino(port, "c360")
        assert engine.execute(question("trino", f"(SELECT {named} FROM c360.acme.events)")) == _TRUTH
        assert engine.execute("SHOW SCHEMAS FROM c360 LIKE 'acme'") == [("acme",)]


def test_clickhouse_reads_from_where_the_metadata_are(published: Published, chdb: QueryEngine) -> None:
    place = published.location.replace("s3://", f"{published.store.endpoint}/")
    table = f"icebergS3('{place}/', '{ACCESS_KEY}', '{SECRET_KEY}')"

    assert chdb.execute(question("clickhouse", table)) == _TRUTH


def test_duckdb_reads_from_where_the_metadata_are(published: Published, run_duckdb: Callable[[str], list[Row]]) -> None:
    assert run_duckdb(question("duckdb", f"iceberg_scan('{published.metadata_location}')")) == _TRUTH


@pytest.fixture
def run_duckdb(published: Published, tmp_path: Path) -> Callable[[str], list[Row]]:
    """The newest DuckDB that its extension for Iceberg is published for, in an environment of its own."""
    place = _HERE / "target" / "duckdb"
    python = place / "bin" / "python"
    wanted = ["duckdb", *(f"duckdb-extension-{name}" for name in ("iceberg", "avro", "httpfs"))]
    if not (place / "done").exists():
        shutil.rmtree(place, ignore_errors=True)
        for command in (
            [sys.executable, "-m", "venv", str(place)],
            [str(python), "-m", "pip", "install", "--quiet", "duckdb-extensions==1.5.5", "pytz"]
            + [f"{name}==1.5.5" for name in wanted],
        ):
            if subprocess.run(command, check=False, capture_output=True).returncode != 0:
                pytest.skip("DuckDB 1.5.5 with its extensions cannot be fetched")
        (place / "done").touch()
    secret = (
        f"CREATE SECRET (TYPE s3, KEY_ID '{ACCESS_KEY}', SECRET '{SECRET_KEY}', REGION '{REGION}',"
        f" ENDPOINT '{published.store.endpoint.removeprefix('http://')}', URL_STYLE 'path', USE_SSL false)"
    )

    def run(asked: str) -> list[Row]:
        made = subprocess.run(
            [python, "-c", _DUCKDB, json.dumps([str(tmp_path), secret, asked])],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert made.returncode == 0, made.stderr[-4000:]
        return [tuple(row) for row in json.loads(made.stdout.splitlines()[-1])]

    return run


_DUCKDB = """
import json, sys
import duckdb
from duckdb_extensions import import_extension
folder, secret, asked = json.loads(sys.argv[1])
connection = duckdb.connect(config={"extension_directory": folder, "threads": 2, "memory_limit": "1GB"})
for name in ("avro", "httpfs", "iceberg"):
    import_extension(name, con=connection)
    connection.sql("LOAD " + name)
connection.execute(secret)
print(json.dumps([[str(value) for value in row] for row in connection.execute(asked).fetchall()]))
"""


def jars(*wanted: str) -> list[Path]:
    """The jars whose names begin so, fetched once."""
    if not (_JARS / ".done").exists():
        subprocess.run(
            [
                *("mvn", "--quiet", "--batch-mode", f"--file={_HERE / 'pom.xml'}"),
                *("dependency:copy-dependencies", f"-DoutputDirectory={_JARS}"),
            ],
            check=True,
            capture_output=True,
        )
        (_JARS / ".done").touch()
    return [jar for jar in sorted(_JARS.glob("*.jar")) if jar.name.startswith(wanted)]
