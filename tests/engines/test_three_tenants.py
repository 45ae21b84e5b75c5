"""A million events of three tenants on an object store: every engine has PostgreSQL's counts and checksums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from c360.governance import create_tenant
from c360.lake.definitions import Lake, definitions, lake_of
from c360.lake.exporter import Exporter
from c360.lake.ledger import Ledger
from c360_cli.lake_ddl import described
from support import lake_files
from support.query_engine import QueryEngine, tell
from support.seaweed import REGION, Seaweed
from support.session import Session

pytestmark = [
    pytest.mark.engines,
    # Spark's client leaves its connections to the collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
TENANTS = {"acme": 600_000, "globex": 300_000, "initech": 100_000}
FILL = """
    WITH somebody AS (
        INSERT INTO tenant_{tenant}.cdp_raw_profiles (source, identifiers)
        SELECT 'web', jsonb_build_object('user_id', '{tenant}' || number) FROM generate_series(1, 1000) AS number
        RETURNING raw_profile_id
    ),
    numbered AS (SELECT raw_profile_id, row_number() OVER () AS place FROM somebody)
    INSERT INTO tenant_{tenant}.cdp_behavioral_events
        (received_at, occurred_at, clock_status, raw_profile_id, source, message_id, type, event_name, payload)
    SELECT at.received_at, at.received_at - number % 100000 * interval '1.000003 seconds', 'ok',
        numbered.raw_profile_id,
        'web', 'm' || number, 'track',
        (ARRAY['View', 'Cart', E'it''s \\\\ "quoted"', 'Đơn hàng 🛒', ''])[1 + number % 5],
        jsonb_build_object('type', 'track', 'n', number, 'of', '{tenant}', 'note', E'a\\nb\u2028', 'nothing', NULL)
    FROM generate_series(1, {count}) AS number
    CROSS JOIN LATERAL (SELECT timestamptz '2024-03-01T00:00:00Z' + number * interval '2.5 seconds') AS at (received_at)
    JOIN numbered ON numbered.place = 1 + number % 1000
"""


@dataclass(frozen=True)
class Exported:
    """Where the lake is, and what PostgreSQL says of each tenant."""

    lakes: dict[str, Lake]
    said: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def exported(module_database, seaweed: Seaweed) -> Iterator[Exported]:
    lakes, said = {}, {}
    with pytest.MonkeyPatch.context() as patched, psycopg.connect(module_database.dsn) as connection:
        for name, value in seaweed.environment.items():
            patched.setenv(name, value)
        session = Session(connection)
        seaweed.client().create_bucket(Bucket="lake")
        for tenant, count in TENANTS.items():
            if tenant != "acme":
                create_tenant(connection, tenant)
            session.execute(FILL.format(tenant=tenant, count=count))
            session.call("c360.maintain_event_partitions", tenant)
            session.call("c360.set_lake", tenant, "s3://lake/of/c360", seaweed.options)
            said[tenant] = session.row(f"""
                SELECT count(*)::text, sum(('x' || left(md5(concat_ws(chr(31), event_id::text,
                    (extract(epoch FROM received_at) * 1000000)::bigint::text,
                    (extract(epoch FROM occurred_at) * 1000000)::bigint::text, clock_status, raw_profile_id::text,
                    source, message_id, type, event_name, payload::text)), 15))::bit(60)::bigint)::text
                FROM tenant_{tenant}.cdp_behavioral_events
            """)
        session.commit()
        connection.autocommit = True
        for tenant in TENANTS:
            ledger = Ledger(connection, tenant)
            with ledger.held():
                exporter = Exporter(ledger, ledger.storage(), module_database.dsn)
                for partition in exporter.partitions(["events"]):
                    assert exporter.export(*partition).problems == []
            known = described(connection, tenant)
            lakes[tenant] = lake_of(known, url=known["url"], endpoint=seaweed.endpoint)
        yield Exported(lakes, said)


@pytest.fixture(scope="module")
def spark_on_s3(seaweed: Seaweed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    from support.spark import Spark

    settings = {"spark.jars.packages": "org.apache.hadoop:hadoop-aws:3.3.4"}
    settings |= {"spark.hadoop.fs.s3a.endpoint": seaweed.endpoint, "spark.hadoop.fs.s3a.path.style.access": "true"}
    engine = Spark(tmp_path_factory.mktemp("spark"), settings=settings)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def trino_on_s3(seaweed: Seaweed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    from support.trino import Trino, running_trino

    folder: Path = tmp_path_factory.mktemp("trino")
    tables = (lake_files.EVENTS, lake_files.PURCHASES, lake_files.LINKS)
    told = definitions(Lake(tenant="acme", url="s3://lake/of/c360", tables=tables, endpoint=seaweed.endpoint), "trino")
    lines = [line for line in told[0].text.splitlines() if line and not line.startswith("#")]
    settings = dict(line.split("=", 1) for line in lines) | {"s3.region": REGION}
    with running_trino(folder, {"hive": settings}, seaweed.environment) as port:
        yield Trino(port, "hive")


@pytest.mark.parametrize("reader", ["chdb", "spark_on_s3", "trino_on_s3"])
def test_every_engine_has_the_counts_and_checksums_of_postgresql(
    request: pytest.FixtureRequest, exported: Exported, reader: str
) -> None:
    engine: QueryEngine = request.getfixturevalue(reader)
    for tenant, lake in exported.lakes.items():
        tell(engine, definitions(lake, engine.name))
        answered = engine.execute(f"SELECT sum(row_count), sum(checksum) FROM c360_{tenant}.events_checksums")
        assert answered == [exported.said[tenant]]
