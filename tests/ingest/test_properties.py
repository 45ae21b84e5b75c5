"""Whatever a sender makes up: nothing raises, every element is accounted for, repeats change nothing."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.events import event_count

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
TIMES = (
    st.sampled_from(["2026-01-01T00:00:00Z", "infinity", "now", "", "9999-12-31", "0001-01-01T00:00:00+23:59"]) | JSON
)
FIELDS = {
    "type": st.sampled_from(["identify", "track", "page", "screen", "group", "alias"]) | JSON,
    "event": JSON,
    "userId": JSON,
    "anonymousId": st.sampled_from(["a1", "a2"]) | JSON,
    "previousId": JSON,
    "groupId": JSON,
    "messageId": st.sampled_from(["m1", "m2", "m3"]) | JSON,
    "timestamp": TIMES,
    "originalTimestamp": TIMES,
    "sentAt": TIMES,
    "traits": JSON,
    "properties": JSON,
    "integrations": JSON,
    "context": JSON
    | st.fixed_dictionaries(
        {},
        optional={
            "traits": JSON,
            "device": JSON | st.fixed_dictionaries({"id": JSON}),
            "externalIds": JSON | st.lists(st.fixed_dictionaries({"type": JSON, "id": JSON}), max_size=3),
        },
    ),
}
EVENTS = st.lists(st.fixed_dictionaries({}, optional=FIELDS) | JSON, max_size=6)
ENVELOPE = st.fixed_dictionaries({}, optional={"context": JSON, "integrations": JSON, "sentAt": TIMES})


@given(events=EVENTS, envelope=ENVELOPE, is_import=st.booleans())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_array_is_taken_and_every_element_accounted_for(db, events, envelope, is_import):
    body = json.dumps({**envelope, "batch": events})
    query = "SELECT c360.ingest_request('acme', 'web', %s, %s)"
    kind = "import" if is_import else "batch"
    db.execute("SAVEPOINT example")
    before = event_count(db)

    first = db.value(query, kind, body)
    after = event_count(db)

    assert first["accepted"] + first["duplicates"] + len(first["rejected"]) == len(events)
    assert [item["index"] for item in first["rejected"]] == sorted({item["index"] for item in first["rejected"]})
    assert after - before == first["accepted"]
    second = db.value(query, kind, body)
    assert [item["code"] for item in second["rejected"]] == [item["code"] for item in first["rejected"]]
    without_id = second["accepted"]
    assert without_id <= first["accepted"]
    assert event_count(db) - after == without_id
    db.execute("ROLLBACK TO SAVEPOINT example")
