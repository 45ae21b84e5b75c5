"""Whatever senders make up, from the event to the message: nothing raises, nothing is lost, nothing is invented."""

from __future__ import annotations

import json
import re
from unicodedata import normalize

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.events import event_count, ingest
from support.invariants import broken
from support.observations import observe, resolve

ODD = st.sampled_from(
    [
        None, True, 0, -0.0, 1e308, 1e-320, 10**30, "", " ", "null", "x" * 30000, "đ" * 5000, "\u2028", "\u202eabc",
        "\u200b", "a\u0301", "\u00e1", "\U0001f600" * 500, "0000-00-00", "4713-01-01 BC", "infinity", "NaN", "1e999",
        "9" * 400, "1.2.3", "2026-02-30", "2026-01-01T99:99", "٣", "<a@b.vn", "İ@b.vn", "\\x00", "%s", [], {}, [[[1]]],
        {"": 1, "__proto__": {"a": 1}}, ["a", None, {"b": []}],
    ]
)  # fmt: skip
NAMED = ["email", "phone", "first_name", "city", "date_of_birth", "gender", "interests", "latitude", "has_children"]
TRAITS = st.dictionaries(st.sampled_from([*NAMED, "loyalty_id", "social_user_ids", "", "__proto__"]), ODD, max_size=4)
PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["an@shop.vn", "AN@shop.vn", "binh@shop.vn", "test@test.com"]),
        "phone": st.sampled_from(["0912345678", "+84 912 345 678", "0987654321"]),
        "first_name": st.sampled_from(["An", "Bình"]),
    },
)
EVENT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["identify", "track", "page", "alias", "group"]),
        "event": st.sampled_from(["Order Completed", "Order Refunded", "Product Viewed"]),
        "anonymousId": st.sampled_from(["a1", "a2", "a3"]),
    },
    optional={
        "userId": st.sampled_from(["u1", "u2"]) | ODD,
        "previousId": st.sampled_from(["a1", "a2", "u1", "u2"]) | ODD,
        "messageId": st.sampled_from(["m1", "m2", "m3", "m4"]),
        "timestamp": st.sampled_from(["2026-01-01T00:00:00Z", "2025-06-01T00:00:00Z"]) | ODD,
        "traits": PEOPLE | TRAITS | ODD,
        "properties": st.fixed_dictionaries(
            {}, optional={"order_id": st.sampled_from(["o1", "o2"]) | ODD, "total": ODD}
        ),
        "context": st.fixed_dictionaries(
            {},
            optional={
                "traits": PEOPLE | TRAITS,
                "device": st.fixed_dictionaries({"id": st.sampled_from(["d1", "d2"]) | ODD}),
                "externalIds": st.lists(st.fixed_dictionaries({"type": st.sampled_from(["crm_id", "x:y"]), "id": ODD})),
                "page": st.fixed_dictionaries({"url": ODD}),
            },
        )
        | ODD,
    },
)
QUIET = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(
    batches=st.lists(st.lists(EVENT, min_size=1, max_size=8), min_size=1, max_size=4), size=st.sampled_from([1, 3, 100])
)
@QUIET
def test_every_rule_holds_after_any_events_in_any_batches(db, batches, size):
    db.execute("ROLLBACK")
    before = event_count(db)
    accepted = 0
    for batch in batches:
        accepted += ingest(db, *batch)["accepted"]
        resolve(db, batch_size=size)

    assert event_count(db) - before == accepted
    assert broken(db) == {}
    sent = normalize("NFC", json.dumps(batches, ensure_ascii=False))
    for shown in db.rows("SELECT first_name, city FROM tenant_acme.cdp_master_profiles"):
        # Numbers are spelled out: 1e+308 has 309 digits.
        texts = [value for value in shown if value is not None and not re.fullmatch(r"-?[0-9.]+", value)]
        assert all(json.dumps(text, ensure_ascii=False)[1:-1] in sent for text in texts)


@given(
    traits=st.dictionaries(st.sampled_from(NAMED), ODD),
    identifiers=st.dictionaries(st.sampled_from(["email", "crm_id", "user_id"]), ODD),
)
@QUIET
def test_what_a_person_loads_is_as_harmless_as_what_a_sender_sends(db, traits, identifiers):
    db.execute("ROLLBACK")
    raw = observe(db, traits=traits, **identifiers)
    observe(db, source="other", traits={"first_name": "An"}, **identifiers)

    resolve(db)

    assert broken(db) == {}
    kept = "SELECT traits = %s FROM tenant_acme.cdp_raw_profiles WHERE raw_profile_id = %s"
    assert db.value(kept, traits, raw)


def test_an_event_without_a_trait_erases_nothing(db):
    ingest(db, {"type": "identify", "userId": "u1", "traits": {"email": "an@shop.vn", "city": "Huế"}})
    resolve(db)
    for traits in (
        {},
        {"city": None},
        {"city": ""},
        {"city": "null"},
        {"city": []},
        {"email": {}},
        {"email": "x" * 20000},
    ):
        ingest(db, {"type": "identify", "userId": "u1", "traits": traits})
        resolve(db)

    assert db.rows("SELECT email, city, version FROM tenant_acme.cdp_master_profiles") == [("an@shop.vn", "Huế", 1)]
    assert broken(db) == {}
