"""A tenant that is moved takes its ledger along; a copy does not work in the lake of the original by accident."""

from __future__ import annotations

import psycopg
import pytest

from c360.domain.errors import C360Error
from c360.governance import dump_tenant, restore_tenant
from c360.lake import restorer, verifier


def test_a_tenant_that_was_moved_adopts_its_lake(lake, session, tmp_path):
    lake.export()
    with lake.ledger() as ledger:
        restorer.drop(ledger, ledger.storage(), "y2024m03", keep=3)
    with psycopg.connect(lake.dsn, autocommit=True) as owner:
        dump_tenant(owner, "acme", tmp_path / "acme.dump", lambda *_: None)
    session.call("c360.drop_tenant", "acme", "acme")
    session.commit()
    with psycopg.connect(lake.dsn, autocommit=True) as owner:
        restore_tenant(owner, tmp_path / "acme.dump", None, lambda *_: None)

    with pytest.raises(psycopg.Error) as refused:
        session.call("c360.set_lake", "acme", f"file://{lake.root}")
    assert refused.value.sqlstate == "U4461"
    session.rollback()
    with pytest.raises(C360Error) as unset, lake.ledger():
        pass
    assert unset.value.code == "U4460"
    session.call("c360.set_lake", "acme", f"file://{lake.root}", p_adopt=True)
    session.commit()

    with lake.ledger() as ledger:
        assert verifier.verify(ledger, ledger.storage(), "events", "y2024m03")["problems"] == []
        assert restorer.restore(ledger, ledger.storage(), "y2024m03")["row_count"] == 4
