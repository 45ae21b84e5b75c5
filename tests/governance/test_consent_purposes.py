"""Purposes of consent as metadata: in the tenant's file, told, audited, carried by a dump."""

from __future__ import annotations

import pytest
import yaml

from c360.domain.errors import UsageError
from c360.governance import Permissions, apply_declaration, dump_tenant, export_tenant, read_declaration, restore_tenant
from c360.governance.tenants import as_owner
from support.events import ingest, track
from support.observations import resolve

CONSENTS = {
    "C0004": {"title": "Ads", "text_version": "v1"},
    "service": {"basis": "contract", "allows_by_default": True, "channels": ["email"]},
}


def test_a_file_declares_them_and_the_export_says_the_same(db, tmp_path):
    path = tmp_path / "acme.yaml"
    path.write_text(yaml.safe_dump({"tenant": "acme", "consents": CONSENTS}), encoding="utf-8")
    applied = apply_declaration(db.connection, read_declaration(path), Permissions(), lambda _: True)
    assert len(applied.changes) == 2
    assert yaml.safe_load(export_tenant(db.connection, "acme"))["consents"] == CONSENTS
    assert apply_declaration(db.connection, read_declaration(path), Permissions(), lambda _: True).is_empty

    with as_owner(db.connection):
        told = db.column(
            "SELECT body::jsonb #>> '{data,table}' FROM c360.messages WHERE topic = 'c360-synch-events' ORDER BY seq"
        )
    assert told[-1] == "consent_purposes"

    path.write_text(yaml.safe_dump({"tenant": "acme", "consents": {"x y": {"basis": "whim"}}}), encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read_declaration(path)
    assert "consents.x y" in (refused.value.detail or "")


def test_a_dump_carries_purposes_and_what_was_said(connect, tmp_path):
    db = connect()
    db.call("c360.set_consent_purpose", "acme", "marketing")
    context = {"consent": {"categoryPreferences": {"marketing": True}}}
    ingest(db, track("Seen", userId="u1", context=context))
    resolve(db)
    db.commit()
    path = tmp_path / "acme.dump"

    other = connect(autocommit=True)
    dump_tenant(other.connection, "acme", path, lambda _table, _rows: None)
    restore_tenant(other.connection, path, "copy", lambda _table, _rows: None)

    shown = db.call("c360.consents", "copy", "user_id", "u1")
    assert [(row["purpose"], row["is_allowed"]) for row in shown["purposes"]] == [("marketing", True)]
    assert len(shown["history"]) == 1


def test_rules_of_activation_are_in_the_file_too(db, tmp_path):
    rule = {
        "title": "Cart",
        "when": {"event": "Cart Viewed", "wait": "30 minutes", "unless": ["Order Completed"]},
        "channel": "email",
        "purpose": "service",
        "cap": {"count": 2, "within": "7 days"},
        "quiet": {"from": "21:00", "to": "08:00"},
        "data": {"text": "Your cart"},
    }
    path = tmp_path / "acme.yaml"
    content = {"tenant": "acme", "consents": CONSENTS, "activations": {"cart": rule}}
    # YAML reads 21:00 without quotes as a number.
    path.write_text(yaml.safe_dump(content).replace("'21:00'", "21:00"), encoding="utf-8")
    apply_declaration(db.connection, read_declaration(path), Permissions(), lambda _: True)

    assert yaml.safe_load(export_tenant(db.connection, "acme"))["activations"] == {"cart": rule}
    assert apply_declaration(db.connection, read_declaration(path), Permissions(), lambda _: True).is_empty
