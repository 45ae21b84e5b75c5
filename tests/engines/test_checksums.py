"""Every engine counts the same rows and works out the same checksum, whatever is in them."""

from __future__ import annotations

import pytest

from c360.lake.definitions import Lake, definitions
from support.lake_files import EVENTS, PURCHASES, checksum
from support.nasty_rows import nasty_events, nasty_purchases
from support.query_engine import QueryEngine, tell

# Spark's client leaves its connections to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

READERS = [
    "duck",
    pytest.param("chdb", marks=pytest.mark.engines),
    pytest.param("spark", marks=pytest.mark.engines),
    pytest.param("trino", marks=pytest.mark.engines),
]


@pytest.mark.parametrize("reader", READERS)
def test_nasty_rows_have_the_same_checksum_everywhere(
    request: pytest.FixtureRequest, nasty_lake: Lake, reader: str
) -> None:
    engine: QueryEngine = request.getfixturevalue(reader)
    tell(engine, definitions(nasty_lake, engine.name))

    for table, rows in ((EVENTS, nasty_events(50_000)), (PURCHASES, nasty_purchases(2_000))):
        answered = engine.execute(f"SELECT sum(row_count), sum(checksum) FROM c360_acme.{table.name}_checksums")
        assert answered == [(str(len(rows)), str(checksum(table, rows)))]
