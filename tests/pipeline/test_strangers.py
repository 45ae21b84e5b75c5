"""People who share something stay who they are, in whatever order their events arrive; and nobody becomes another
person by claiming so."""

from __future__ import annotations

from itertools import permutations

import pytest

from support.events import ingest
from support.invariants import broken
from support.observations import resolve

KIOSK = [
    {"type": "page", "anonymousId": "kiosk"},
    {"type": "identify", "anonymousId": "kiosk", "userId": "u1", "traits": {"email": "an@shop.vn"}},
    {"type": "identify", "anonymousId": "kiosk", "userId": "u2", "traits": {"email": "binh@shop.vn"}},
    {"type": "identify", "anonymousId": "kiosk", "userId": "u3"},
]
HOUSEHOLD = [
    {"type": "identify", "userId": "u1", "traits": {"email": "home@shop.vn", "first_name": "An"}},
    {"type": "identify", "userId": "u2", "traits": {"email": "home@shop.vn", "first_name": "Bình"}},
    {"type": "track", "event": "x", "anonymousId": "a1", "context": {"traits": {"email": "home@shop.vn"}}},
    {"type": "track", "event": "x", "anonymousId": "a1", "userId": "u1"},
]
DEVICE = [
    {"type": "identify", "anonymousId": f"a{n}", "userId": f"u{n}", "context": {"device": {"id": "tablet"}}}
    for n in (1, 2, 3)
]
PASSPORTS = [
    {"type": "identify", "anonymousId": "a1", "traits": {"phone": "+84912345678", "national_id": "001"}},
    {"type": "identify", "anonymousId": "a2", "traits": {"phone": "+84912345678", "national_id": "002"}},
    {"type": "page", "anonymousId": "a1", "context": {"traits": {"phone": "+84912345678"}}},
]
ALIAS = [
    {"type": "identify", "userId": "u1", "traits": {"email": "an@shop.vn", "name": "An Nguyen"}},
    {"type": "identify", "userId": "u2", "traits": {"email": "binh@shop.vn", "name": "Binh Tran"}},
    {"type": "alias", "userId": "u2", "previousId": "u1"},
]


@pytest.mark.parametrize(
    ("events", "people"),
    [
        pytest.param(KIOSK, 4, id="three customers at one kiosk, and a visit of nobody known"),
        pytest.param(HOUSEHOLD, 2, id="two customers with one address"),
        pytest.param(DEVICE, 3, id="three customers on one tablet"),
        pytest.param(PASSPORTS, 2, id="two passports behind one phone number"),
        pytest.param(ALIAS, 2, id="a customer who says to have been another one"),
    ],
)
def test_strangers_stay_strangers_in_any_order(db, events, people):
    seen = set()
    # Of the 24 orders of four events every third: each event comes first, and each last.
    for order in list(permutations(events))[:: 3 if len(events) > 3 else 1]:
        for event in order:
            ingest(db, event)
            resolve(db)
        assert broken(db) == {}
        seen.add(
            frozenset(
                db.column(
                    "SELECT array_agg(identifier_type || '=' || value ORDER BY identifier_type, value)::text"
                    " FROM tenant_acme.cdp_identifiers GROUP BY master_profile_id"
                )
            )
        )
        active = "SELECT count(*) FROM tenant_acme.cdp_master_profiles WHERE status = 'active'"
        assert db.value(active) == people
        db.rollback()

    assert len(seen) == 1


def test_claiming_to_be_somebody_adds_an_observation_that_can_be_seen_and_changes_no_other(db):
    ingest(db, {"type": "identify", "userId": "u1", "traits": {"email": "an@shop.vn"}}, source="server")
    resolve(db)
    observations = "SELECT raw_profile_id, source, identifiers, traits FROM tenant_acme.cdp_raw_profiles ORDER BY 1"
    before = db.rows(observations)

    answer = ingest(db, {"type": "identify", "anonymousId": "x", "traits": {"email": "an@shop.vn"}}, source="browser")
    resolve(db)

    assert answer == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert db.rows(observations)[:-1] == before
    person = db.call("c360.profile", "acme", "anonymous_id", "x")
    assert person["user_id"] == "u1"
    explained = str(db.call("c360.explain_profile", "acme", person["profile_id"]))
    assert "browser" in explained
    assert "exact:email" in explained
