"""Single rules of masking: what counts as masked, and what would tell a value without showing it."""

import pytest

from c360.governance import Permissions, create_tenant, sync_tenant
from c360.governance.tenants import as_owner
from support.events import ingest, track
from support.observations import master_of, messages, observe, resolve
from support.shop import Shop


def mask(db, *attributes):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = ANY (%s)",
            list(attributes),
        )
    sync_tenant(db.connection, "acme")


def may_read(db, table, column):
    return db.value(f"SELECT has_column_privilege('c360_acme_reader', 'tenant_acme.{table}', %s, 'SELECT')", column)


def test_a_masked_attribute_masks_its_identifier_type_and_the_attributes_beside_it(db):
    mask(db, "phone_number")
    raw = observe(db, user_id="u1", traits={"phone": "+84912345678"})
    observe(db, day=1, user_id="u1", traits={"phone": "+84987654321"})
    resolve(db)

    shown = [
        db.call("c360.profile", "acme", "user_id", "u1"),
        db.call("c360.explain_profile", "acme", master_of(db, raw)),
        db.rows("SELECT * FROM tenant_acme.cdp_profiles"),
        db.rows("SELECT * FROM tenant_acme.cdp_profile_identifiers"),
        messages(db),
    ]

    assert "912345678" not in str(shown)
    assert "987654321" not in str(shown)
    assert "****5678" in str(shown[2])
    assert not may_read(db, "cdp_master_profiles", "secondary_phone_numbers")


def test_what_was_a_masked_attribute_stays_hidden_in_history_when_the_attribute_is_gone(db):
    mask(db, "occupation")
    raw = observe(db, user_id="u1", traits={"occupation": "Falconer at court", "city": "Hanoi"})
    resolve(db)
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET status = 'retired' WHERE tenant = 'acme' AND attribute = 'occupation'"
        )
    sync_tenant(db.connection, "acme", Permissions(allow_drop=True))
    profile_id = master_of(db, raw)

    shown = [
        db.call_rows("c360.profile_history", "acme", profile_id),
        db.call("c360.profile_as_of", "acme", profile_id, "2100-01-01Z"),
        db.call("c360.tail_topic", "acme", "c360-updated-profiles"),
        db.call("c360.explain_profile", "acme", profile_id),
    ]

    assert not db.value("SELECT EXISTS (SELECT FROM c360.profile_attributes WHERE attribute = 'occupation')")
    assert "Falconer" not in str(shown)
    assert "Hanoi" in str(shown)


def test_a_masked_identifier_type_masks_its_attributes(db):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.identifier_types SET is_masked = true WHERE tenant = 'acme' AND identifier_type = 'email'"
        )
    sync_tenant(db.connection, "acme")
    observe(db, user_id="u1", traits={"email": "lanh.nguyen@shop.vn"})
    resolve(db)

    profile = db.call("c360.profile", "acme", "user_id", "u1")

    assert profile["email"] == db.value("SELECT email FROM tenant_acme.cdp_profiles") == "****p.vn"
    assert not may_read(db, "cdp_master_profiles", "email")


def test_masked_user_ids_mask_those_that_an_alias_names(db):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.identifier_types SET is_masked = true WHERE tenant = 'acme' AND identifier_type = 'user_id'"
        )
    sync_tenant(db.connection, "acme")
    old = observe(db, user_id="customer-old-1", traits={"email": "an@shop.vn"})
    new = observe(db, user_id="customer-new-1", previous_id="customer-old-1")
    resolve(db)

    profile_id = db.value("SELECT master_profile_id FROM tenant_acme.cdp_profile_links LIMIT 1")
    shown = [
        db.rows("SELECT * FROM tenant_acme.cdp_profile_identifiers"),
        db.call("c360.profile", "acme", "email", "an@shop.vn"),
        db.call("c360.explain_profile", "acme", profile_id),
        db.call("c360.explain_link", "acme", str(old), str(new)),
    ]

    assert len(shown[0]) > 1
    assert "customer-" not in str(shown)


def test_a_merge_tells_receivers_no_masked_value(db):
    observe(db, user_id="u1", national_id="012345678901")
    observe(db, source="crm", email="an@shop.vn")
    resolve(db)
    observe(db, source="erp", national_id="012345678901", email="an@shop.vn")
    resolve(db)

    merged = [message for message in messages(db) if message["type"] == "profile.merged"]

    assert len(merged) == 1
    assert "012345678901" not in str(messages(db))


def test_masked_keys_of_records_cannot_be_found_by_guessing_what_lies_before_and_behind(db):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.identifier_types SET is_masked = true WHERE tenant = 'acme' AND identifier_type = 'record_id'"
        )
    db.execute("CREATE SCHEMA crm")
    db.execute("CREATE TABLE crm.people (id text, user_id text)")
    db.execute("INSERT INTO crm.people VALUES ('C-500', 'u1'), ('A-100', 'u2'), ('B-300', 'u3')")
    db.call("tenant_acme.import_raw_profiles", "crm.people", p_source="crm", p_key="id")

    listed = db.call_rows("c360.import_records", "acme", "crm")
    guesses = [db.call_rows("c360.import_records", "acme", "crm", p_after_key=key) for key in ("A-000", "B-200", "Z")]
    last = listed[1]["raw_profile_id"]
    page = db.call_rows("c360.import_records", "acme", "crm", p_after_key=str(last))

    assert [row["raw_profile_id"] for row in listed] == sorted(row["raw_profile_id"] for row in listed)
    assert {row["record_key"] for row in listed} == {"****"}
    assert guesses == [[], [], []]
    assert [row["raw_profile_id"] for row in page] == [listed[2]["raw_profile_id"]]


def test_properties_a_tenant_names_are_shown_and_no_others(db):
    event = track("Viewed", "m1", userId="u1", properties={"sku": "S-1", "note": "secret", "order_id": "O1"})
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "shown_properties": ["sku"]})
    ingest(db, event)
    resolve(db)

    [shown] = db.call_rows("c360.recent_events", "acme")
    [last] = db.call("c360.profile", "acme", "user_id", "u1")["last_events"]

    assert shown["payload"]["properties"] == last["properties"] == {"sku": "S-1"}


def test_a_trait_path_above_or_below_a_masked_one_is_not_shown(db):
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths, survivorship, is_masked)"
            " VALUES ('acme', 'place', 'jsonb', '{home}', 'union', false),"
            "        ('acme', 'door', 'text', '{home.door}', 'most_recent', true),"
            "        ('acme', 'lock', 'text', '{home.door.lock}', 'most_recent', false)"
        )
    ingest(
        db, track("Seen", "m1", context={"traits": {"home": {"door": {"lock": "x"}, "roof": "red"}, "city": "Hanoi"}})
    )

    [shown] = db.call_rows("c360.recent_events", "acme")

    assert shown["payload"] == {"anonymousId": "a1", "context": {"traits": {"city": "Hanoi"}}}


def test_scores_tell_no_masked_value(db):
    shop = Shop(db)
    customer = shop.customer()
    for day in (1, 2):
        shop.order(customer, f"2026-05-0{day} 09:00Z", revenue=10)
    mask(db, "total_revenue", "rfm_segment")
    with as_owner(db.connection):
        db.call("c360.refresh_scores", "acme", "2026-06-01 00:00Z")

    [scores] = db.call_rows("c360.rfm", "acme", "2026-06-01 00:00Z")

    assert (scores["monetary"], scores["segment"], scores["frequency"]) == (None, None, 2)
    assert db.rows("SELECT monetary, segment FROM tenant_acme.cdp_rfm") == [(None, None)]
    assert not may_read(db, "cdp_purchases", "amount_minor")
    assert may_read(db, "cdp_purchases", "currency")


def test_blocked_values_of_masked_types_are_hidden_in_metadata(db):
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)"
            " VALUES ('acme', 'national_id', '0798.*', 'lost card'), ('acme', 'email', 'shop@shop[.]vn', 'ours')"
        )

    shown = str(
        [
            db.call("c360.tenant_metadata", "acme"),
            db.call("c360.metadata_version", "acme"),
            db.call_rows("c360.metadata_history", "acme"),
        ]
    )

    assert "0798" not in shown
    assert "lost card" not in shown
    assert "shop@shop[.]vn" in shown
    assert "blocked_values.national_id.****: added" in shown
    assert "0798.*" in str(db.call("c360.tenant_blueprint", "acme"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example.com/T0/B0/XXXX", "https://hooks.example.com/****"),
        ("https://hooks.example.com:8443?key=secret", "https://hooks.example.com:8443/****"),
        ("https://user:secret@hooks.example.com/a", "https://hooks.example.com/****"),
        ("http://[::1]:9000/a#secret", "http://[::1]:9000/****"),
    ],
)
def test_of_the_address_of_a_webhook_the_host_is_shown(db, url, shown):
    assert db.call("c360._shown_url", url) == shown


def test_as_sent_gives_nothing_of_another_tenant(db):
    create_tenant(db.connection, "other")
    db.call("c360._publish", "other", "c360-updated-profiles", "profile.updated", "k", {})
    ingest(db, track("Seen", "m1", userId="u1"))
    numbers = db.column(
        "SELECT seq::text FROM c360.messages UNION SELECT event_id::text FROM tenant_acme.cdp_behavioral_events"
    )

    answers = {
        (tenant, kind): len(db.call_rows("c360.as_sent", tenant, kind, numbers))
        for tenant in ("acme", "other")
        for kind in ("event", "message")
    }

    assert answers[("acme", "event")] == 1
    assert answers[("other", "message")] >= 1
    assert answers[("other", "event")] == 0
    assert (
        db.value(
            "SELECT count(*) FROM c360.as_sent('acme', 'message', %s) WHERE content LIKE '%%\"tenant\":\"other\"%%'",
            numbers,
        )
        == 0
    )
