"""From attributes to columns, indexes and views; and what a sync refuses to lose."""

import psycopg
import pytest

from c360.domain.errors import GovernanceRefused, OperationsRefused
from c360.governance import create_tenant, drop_tenant, sync_tenant


def test_a_second_sync_has_nothing_to_do(tenant):
    assert tenant.plan().is_empty
    assert tenant.sync().steps == ()


@pytest.mark.parametrize(
    ("data_type", "method"),
    [
        ("text", "btree"),
        ("integer", "btree"),
        ("bigint", "btree"),
        ("numeric", "btree"),
        ("double precision", "btree"),
        ("boolean", "btree"),
        ("date", "btree"),
        ("timestamptz", "btree"),
        ("text[]", "gin"),
        ("jsonb", "gin"),
    ],
)
def test_a_new_attribute_becomes_a_typed_indexed_column_and_a_place_in_the_view(tenant, data_type, method):
    tenant.add("shoe_size", data_type, is_indexed=True)

    tenant.sync()

    names = {"timestamptz": "timestamp with time zone"}
    assert tenant.column_type("shoe_size") == names.get(data_type, data_type)
    assert tenant.column_type("shoe_size", "cdp_profiles") == names.get(data_type, data_type)
    assert tenant.index_methods("shoe_size") == [method]
    assert tenant.plan().is_empty


def test_an_attribute_of_activity_lives_beside_the_golden_record(tenant):
    tenant.add("visits_today", "integer", maintained_by="activity", trait_paths=[])

    tenant.sync()

    assert tenant.column_type("visits_today", "cdp_profile_metrics") == "integer"
    assert tenant.column_type("visits_today") is None
    assert tenant.column_type("visits_today", "cdp_profiles") == "integer"


def test_adding_a_column_rewrites_no_table(tenant):
    before = tenant.db.value("SELECT pg_relation_filenode(%s)", f"{tenant.schema}.cdp_master_profiles")
    tenant.add("shoe_size", "integer", is_indexed=True)

    tenant.sync()

    assert tenant.db.value("SELECT pg_relation_filenode(%s)", f"{tenant.schema}.cdp_master_profiles") == before


def test_an_index_goes_when_it_is_no_longer_wanted(tenant):
    tenant.add("shoe_size", "integer", is_indexed=True)
    tenant.sync()
    tenant.change("shoe_size", is_indexed=False)

    tenant.sync()

    assert tenant.index_methods("shoe_size") == []


def test_names_as_long_as_they_may_be_can_be_indexed_side_by_side(tenant):
    for ending in "ab":
        tenant.add("x" * 58 + ending, is_indexed=True)

    tenant.sync()

    assert [tenant.index_methods("x" * 58 + ending) for ending in "ab"] == [["btree"], ["btree"]]
    assert tenant.plan().is_empty


def test_existing_golden_records_are_queued_for_the_new_column(tenant):
    profile = tenant.add_profile()
    tenant.add("shoe_size", "integer")

    tenant.sync()

    queued = tenant.db.column(f"SELECT master_profile_id FROM {tenant.schema}.cdp_resolution_queue")
    assert profile in queued


def test_a_type_change_without_permission_is_refused_with_what_it_would_lose(tenant):
    tenant.add("shoe_size")
    tenant.sync()
    tenant.add_profile(shoe_size="43")
    tenant.add_profile(shoe_size="large")
    tenant.change("shoe_size", data_type="integer", survivorship="most_recent", normaliser="none")

    with pytest.raises(GovernanceRefused) as refused:
        tenant.sync()

    assert refused.value.code == "U4413"
    (loss,) = tenant.plan().refused
    assert (loss.attribute, loss.value_count, loss.lost_count) == ("shoe_size", 2, 1)
    assert tenant.column_type("shoe_size") == "text"


def test_an_allowed_type_change_keeps_every_value_that_fits(tenant):
    tenant.add("shoe_size", is_indexed=True)
    tenant.sync()
    kept, lost = tenant.add_profile(shoe_size="43"), tenant.add_profile(shoe_size="large")
    tenant.change("shoe_size", data_type="integer", normaliser="none")

    tenant.sync(allow_type_change=True)

    values = dict(tenant.db.rows(f"SELECT master_profile_id, shoe_size FROM {tenant.schema}.cdp_profiles"))
    assert (values[kept], values[lost]) == (43, None)
    assert tenant.index_methods("shoe_size") == ["btree"]
    assert tenant.plan().is_empty


def test_one_value_becomes_a_list_of_one_and_loses_nothing(tenant):
    tenant.add("colour", is_indexed=True)
    tenant.sync()
    profile = tenant.add_profile(colour="red, dark")
    tenant.db.execute(
        "UPDATE c360.profile_attributes SET data_type = 'text[]', survivorship = 'union'"
        " WHERE tenant = %s AND attribute = 'colour'",
        tenant.name,
    )

    plan = tenant.sync(allow_type_change=True)

    assert [loss.lost_count for loss in plan.losses] == [0]
    assert tenant.db.value(
        f"SELECT colour FROM {tenant.schema}.cdp_profiles WHERE master_profile_id = %s", profile
    ) == ["red, dark"]
    assert tenant.index_methods("colour") == ["gin"]


def test_a_retired_attribute_leaves_the_view_and_keeps_its_column(tenant):
    tenant.add("shoe_size", "integer")
    tenant.sync()
    tenant.add_profile(shoe_size=43)
    tenant.change("shoe_size", status="retired")

    plan = tenant.sync()

    assert tenant.column_type("shoe_size", "cdp_profiles") is None
    assert tenant.column_type("shoe_size") == "integer"
    assert [(loss.attribute, loss.lost_count) for loss in plan.kept] == [("shoe_size", 1)]
    assert tenant.plan().is_empty


def test_a_retired_attribute_is_dropped_and_forgotten_when_that_is_allowed(tenant):
    tenant.add("shoe_size", "integer", is_indexed=True)
    tenant.sync()
    tenant.change("shoe_size", status="retired")

    tenant.sync(allow_drop=True)

    assert tenant.column_type("shoe_size") is None
    assert (
        tenant.db.value(
            "SELECT count(*) FROM c360.profile_attributes WHERE tenant = %s AND attribute = 'shoe_size'", tenant.name
        )
        == 0
    )
    assert tenant.plan(allow_drop=True).is_empty


def test_a_retired_attribute_can_come_back_with_its_values(tenant):
    tenant.add("shoe_size", "integer")
    tenant.sync()
    tenant.add_profile(shoe_size=43)
    tenant.change("shoe_size", status="retired")
    tenant.sync()
    tenant.change("shoe_size", status="active")

    tenant.sync()

    assert tenant.db.column(f"SELECT shoe_size FROM {tenant.schema}.cdp_profiles") == [43]


def test_an_attribute_cannot_be_deleted_while_its_column_exists(tenant):
    with pytest.raises(psycopg.Error) as refused:
        tenant.db.execute("DELETE FROM c360.profile_attributes WHERE tenant = %s AND attribute = 'email'", tenant.name)

    assert refused.value.sqlstate == "U4415"


def test_an_attribute_never_synced_can_be_deleted(tenant):
    tenant.add("shoe_size")

    assert tenant.db.execute("DELETE FROM c360.profile_attributes WHERE attribute = 'shoe_size'") == 1


def test_an_attribute_that_changes_its_keeper_moves_and_the_old_column_stays_until_allowed(tenant):
    tenant.add("mood")
    tenant.sync()
    tenant.db.execute(
        "UPDATE c360.profile_attributes SET maintained_by = 'scoring' WHERE tenant = %s AND attribute = 'mood'",
        tenant.name,
    )

    tenant.sync()
    assert (tenant.column_type("mood"), tenant.column_type("mood", "cdp_profile_metrics")) == ("text", "text")

    tenant.sync(allow_drop=True)
    assert (tenant.column_type("mood"), tenant.column_type("mood", "cdp_profile_metrics")) == (None, "text")
    assert tenant.column_type("mood", "cdp_profiles") == "text"


def test_a_view_somebody_built_on_the_golden_record_survives_a_new_attribute(tenant):
    tenant.db.execute(f"CREATE VIEW {tenant.schema}.vip AS SELECT email FROM {tenant.schema}.cdp_profiles")
    tenant.add("shoe_size", "integer")

    tenant.sync()

    assert tenant.column_type("email", "vip") == "text"


def test_a_view_somebody_built_stops_a_sync_that_would_break_it(tenant):
    tenant.db.execute(f"CREATE VIEW {tenant.schema}.vip AS SELECT email FROM {tenant.schema}.cdp_profiles")
    tenant.change("email", status="retired")

    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        tenant.sync()

    assert tenant.column_type("email", "vip") == "text"


def test_a_changed_order_of_attributes_is_followed_by_the_view(tenant):
    tenant.change("full_name", position=1)

    tenant.sync()

    first = tenant.db.value(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum = 6",
        f"{tenant.schema}.cdp_profiles",
    )
    assert first == "full_name"


def test_masked_attributes_and_identifiers_are_masked_in_the_views(tenant):
    profile = tenant.add_profile(national_ids=["001093012345", "short"])
    tenant.db.execute(
        f"INSERT INTO {tenant.schema}.cdp_profile_links (raw_profile_id, master_profile_id, component_id, rule)"
        " VALUES (1, %s, 1, 'new')",
        profile,
    )
    tenant.db.execute(
        f"INSERT INTO {tenant.schema}.cdp_raw_identifiers (identifier_type, value, raw_profile_id, is_usable) VALUES"
        " ('national_id', '001093012345', 1, true), ('email', 'a@b.vn', 1, true)"
    )

    shown = tenant.db.value(f"SELECT national_ids FROM {tenant.schema}.cdp_profiles")
    identifiers = dict(tenant.db.rows(f"SELECT identifier_type, value FROM {tenant.schema}.cdp_profile_identifiers"))

    assert shown == ["****2345", "****"]
    assert identifiers == {"national_id": "****2345", "email": "a@b.vn"}


def test_a_masked_date_is_not_shown_at_all(tenant):
    tenant.change("date_of_birth", is_masked=True)
    tenant.add_profile(date_of_birth="1990-01-31")

    tenant.sync()

    assert tenant.db.column(f"SELECT date_of_birth FROM {tenant.schema}.cdp_profiles") == [None]


def test_a_sync_tells_the_subscribers_what_changed(tenant):
    tenant.add("shoe_size", "integer")

    tenant.sync()

    assert tenant.messages("tenant.synced")[-1] == {"schema_name": tenant.schema, "attributes": ["shoe_size"]}


def test_a_tenant_migration_that_was_changed_after_it_ran_is_refused(tenant):
    tenant.db.execute(
        "UPDATE c360.tenant_releases SET checksum = 'another' WHERE tenant = %s AND template LIKE 'migrations/%%'",
        tenant.name,
    )

    with pytest.raises(GovernanceRefused) as refused:
        tenant.plan()

    assert refused.value.code == "U4412"


def test_a_template_that_left_the_release_leaves_the_ledger(tenant):
    tenant.db.execute(
        "INSERT INTO c360.tenant_releases (tenant, template, checksum) VALUES (%s, 'repeatable/old', 'x')", tenant.name
    )

    tenant.sync()

    assert tenant.plan().is_empty


def test_two_syncs_of_one_tenant_wait_for_each_other(connect, in_background, wait_until_blocked, new_name):
    alice, bob = connect(), connect()
    create_tenant(alice.connection, new_name)
    alice.commit()
    alice.execute(
        "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
        " VALUES (%s, 'shoe', 'text', '{shoe}')",
        new_name,
    )
    alice.commit()

    sync_tenant(alice.connection, new_name)
    waiting = in_background(sync_tenant, bob.connection, new_name)
    wait_until_blocked(bob)
    alice.commit()

    assert waiting.result().steps == ()
    bob.commit()
    drop_tenant(alice.connection, new_name, confirm=new_name)
    alice.commit()


def test_an_older_program_does_not_put_its_templates_over_newer_ones(tenant):
    tenant.db.execute("INSERT INTO c360.releases (release, manifest_sha256) VALUES ('99.0.0', repeat('0', 64))")

    with pytest.raises(OperationsRefused) as refused:
        tenant.sync()

    assert refused.value.code == "U9006"
