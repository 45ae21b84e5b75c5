"""Segments are metadata like others: in files, audited, told, dumped and restored, limited in number."""

import os
import textwrap

import psycopg
import pytest

from c360.governance import (
    Permissions,
    apply_declaration,
    create_tenant,
    drop_tenant,
    export_tenant,
    plan_tenant,
    read_declaration,
    sync_tenant,
)


def apply(segments, tmp_path, text):
    path = tmp_path / "acme.yaml"
    path.write_text("tenant: acme\n" + textwrap.dedent(text), encoding="utf-8")
    return apply_declaration(segments.db.connection, read_declaration(path), Permissions(), lambda _: True)


FILE = """
    segments:
      regulars:
        title: Regulars
        condition: event_count('Order Completed', '90 days') >= 3
      near:
        condition: city = 'Hue' AND NOT in_segment('regulars')
        description: Around the corner
"""


def test_segments_in_a_file_are_applied_exported_and_applied_again_without_a_change(segments, tmp_path):
    segments.know("an", city="Hue")

    first = apply(segments, tmp_path, FILE)
    exported = export_tenant(segments.db.connection, "acme")
    path = tmp_path / "again.yaml"
    path.write_text(exported, encoding="utf-8")
    again = apply_declaration(segments.db.connection, read_declaration(path), Permissions(), lambda _: True)
    segments.fill()

    assert [change for change in first.changes if change.startswith("segments")] == [
        "segments.near: new",
        "segments.regulars: new",
    ]
    assert again.is_empty
    assert "condition: city = 'Hue' AND NOT in_segment('regulars')" in exported
    assert segments.members("near") == {"an"}


def test_a_synced_segment_needs_no_further_sync(segments):
    segments.put("home", "city = 'Hue'")

    assert plan_tenant(segments.db.connection, "acme").is_empty


def test_changes_are_audited_and_told(segments):
    segments.put("home", "city = 'Hue'")
    segments.change("home", "city = 'Hanoi'")
    segments.drop("home")

    actions = segments.db.column(
        "SELECT action FROM c360.audit_log WHERE tenant = 'acme' AND object = 'home' ORDER BY audit_id"
    )
    told = segments.db.column(
        "SELECT body::jsonb #>> '{data,objects,0,operation}' FROM c360.messages"
        " WHERE tenant = 'acme' AND type = 'metadata.changed' AND key = 'segments' ORDER BY seq"
    )
    assert actions == ["segments.added", "segments.changed", "segments.removed"]
    assert told == ["added", "changed", "removed"]


def test_setting_the_same_twice_changes_nothing(segments):
    answers = [segments.db.call("c360.set_segment", "acme", "home", "city = 'Hue'") for _ in range(2)]

    assert answers == [True, False]
    assert [segments.db.call("c360.remove_segment", "acme", "home") for _ in range(2)] == [True, False]


def test_a_tenant_has_no_more_segments_than_can_be_evaluated(segments):
    with pytest.raises(psycopg.Error) as refused:
        segments.db.execute(
            "INSERT INTO c360.segments (tenant, segment, condition)"
            " SELECT 'acme', 's' || number, 'true' FROM generate_series(1, 201) AS number"
        )

    assert refused.value.sqlstate == "U4419"


def test_new_columns_do_not_disturb_segments(segments):
    segments.know("an", city="Hue")
    segments.put("home", "city = 'Hue'")
    segments.db.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
        " VALUES ('acme', 'pet', 'text', '{pet}')"
    )

    sync_tenant(segments.db.connection, "acme")
    segments.know("binh", city="Hue")
    segments.touch("binh")

    assert segments.members("home") == {"an", "binh"}


def test_a_dropped_tenant_leaves_no_role(db, segments):
    name = f"gone_{os.getpid()}"
    create_tenant(db.connection, name)
    present = db.value("SELECT to_regrole(%s) IS NOT NULL", f"c360_{name}_segments")

    drop_tenant(db.connection, name, confirm=name)

    assert present
    assert db.value("SELECT to_regrole(%s) IS NULL", f"c360_{name}_segments")
