"""Whatever happens to a stored object, verifying names it and the month is not dropped."""

from __future__ import annotations

import pytest

from c360.domain.errors import C360Error
from c360.lake import restorer, verifier


def verify(lake, table="events", partition="y2024m03"):
    with lake.ledger() as ledger:
        return verifier.verify(ledger, ledger.storage(), table, partition)


def flip(lake, path, other):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(lake, path, other):
    path.write_bytes(path.read_bytes()[:-1])


def delete(lake, path, other):
    path.unlink()


def swap(lake, path, other):
    path.write_bytes(other.read_bytes())


def empty(lake, path, other):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [flip, truncate, delete, swap, empty], ids=lambda one: one.__name__)
def test_damage_is_named_and_the_month_stays(lake, session, damage):
    lake.export()
    assert verify(lake)["problems"] == []
    first, second = sorted(key for key in lake.data() if "/events/" in key and "y2024m03" in key)

    damage(lake, lake.root / first, lake.root / second)

    assert first in [problem["subject"] for problem in verify(lake)["problems"]]
    with lake.ledger() as ledger, pytest.raises(C360Error) as refused:
        restorer.drop(ledger, ledger.storage(), "y2024m03", keep=3)
    assert refused.value.code == "U4464"
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 6
