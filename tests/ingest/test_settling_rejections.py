"""Many rejected events are chosen by one filter, judged, corrected and settled in batches."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.events import event_count, ingest
from support.session import Session

NAMELESS = {"type": "track", "anonymousId": "a1"}
NOBODY = {"type": "track", "event": "Bought"}
STATES = "SELECT message_id, status FROM tenant_acme.cdp_rejected_events ORDER BY rejected_event_id"


def reject(db: Session, event: Any, source: str = "web", at: str = "2024-05-01T00:00:00Z") -> int:
    db.call("c360.ingest", "acme", {"batch": [event]}, source, at)
    return int(db.value("SELECT max(rejected_event_id) FROM tenant_acme.cdp_rejected_events"))


def listed(db: Session, chosen: dict[str, Any], **more: Any) -> list[str]:
    return [row["message_id"] for row in db.call_rows("c360.rejected_events", "acme", p_filter=chosen, **more)]


@pytest.fixture
def mixed(db):
    reject(db, {**NOBODY, "messageId": "m1"}, "web", "2024-05-01T00:00:00Z")
    reject(db, {**NAMELESS, "messageId": "m2"}, "web", "2024-05-02T00:00:00Z")
    reject(db, {"type": "page", "messageId": "m3"}, "app", "2024-05-03T00:00:00Z")
    reject(db, {**NOBODY, "event": "Seen", "messageId": "m4"}, "app", "2024-05-04T00:00:00Z")
    return db


CHOICES = [
    ({}, ["m4", "m3", "m2", "m1"]),
    ({"code": "U1109"}, ["m2"]),
    ({"code": ["U1109", "U1108"]}, ["m4", "m3", "m2", "m1"]),
    ({"source": "app"}, ["m4", "m3"]),
    ({"event": "Bought"}, ["m1"]),
    ({"event": ["page", "Seen"]}, ["m4", "m3"]),
    ({"message_id": ["m1", "m4"]}, ["m4", "m1"]),
    ({"since": "2024-05-03T00:00:00Z"}, ["m4", "m3"]),
    ({"until": "2024-05-03T00:00:00Z"}, ["m2", "m1"]),
    ({"source": "app", "code": "U1108", "since": "2024-05-04T00:00:00Z"}, ["m4"]),
    ({"source": None}, ["m4", "m3", "m2", "m1"]),
    ({"code": []}, []),
    ({"source": "nowhere"}, []),
]


@pytest.mark.parametrize(("chosen", "message_ids"), CHOICES)
def test_listing_counting_and_discarding_mean_the_same_by_a_filter(mixed, chosen, message_ids):
    assert listed(mixed, chosen) == message_ids
    assert mixed.call("c360.count_rejected_events", "acme", chosen) == len(message_ids)
    summed = mixed.call_rows("c360.summarise_rejected_events", "acme", chosen)
    assert sum(row["event_count"] for row in summed) == len(message_ids)
    found = mixed.column("SELECT c360.find_rejected_events('acme', '\"m', %s::jsonb)", json.dumps(chosen))
    assert len(found) == len(message_ids)

    assert mixed.call("c360.discard_rejected_batch", "acme", chosen) == len(message_ids)
    assert sorted(name for name, status in mixed.rows(STATES) if status == "discarded") == sorted(message_ids)


@pytest.mark.parametrize(("chosen", "message_ids"), CHOICES)
def test_redriving_means_the_same_by_a_filter(mixed, chosen, message_ids):
    told = mixed.call("c360.redrive_rejected_batch", "acme", chosen, {"event": "Fixed", "userId": "u1"})

    assert (told["redriven"], told["rejected"], told["has_more"]) == (len(message_ids), [], False)
    assert sorted(name for name, status in mixed.rows(STATES) if status == "redriven") == sorted(message_ids)


def test_a_filter_by_numbers_means_those(mixed):
    first, *_, last = mixed.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events ORDER BY 1")

    assert listed(mixed, {"id": [first, last]}) == ["m4", "m1"]


@pytest.mark.parametrize(
    "chosen",
    [
        {"kode": "U1109"},
        {"code": {"is": "U1109"}},
        {"code": [["U1109"]]},
        {"source": True},
        {"since": "yesterday evening"},
        {"until": 7},
        {"id": "seven"},
        {"id": 99999999999999999999},
        [{}],
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(mixed, refused, chosen):
    text = json.dumps(chosen)
    for call in (
        "SELECT c360.rejected_events('acme', p_filter => %s::jsonb)",
        "SELECT c360.count_rejected_events('acme', %s::jsonb)",
        "SELECT c360.summarise_rejected_events('acme', %s::jsonb)",
        "SELECT c360.find_rejected_events('acme', 'x', %s::jsonb)",
        "SELECT c360.redrive_rejected_batch('acme', %s::jsonb)",
        "SELECT c360.discard_rejected_batch('acme', %s::jsonb)",
    ):
        with refused("U1017"), mixed.connection.transaction():
            mixed.execute(call, text)


def test_no_filter_at_all_is_not_a_filter_for_everything(mixed, refused):
    with refused("U1017"):
        mixed.execute("SELECT c360.discard_rejected_batch('acme', NULL)")


def test_pages_do_not_overlap_and_what_comes_meanwhile_is_on_none_of_them(mixed):
    first = mixed.call_rows("c360.rejected_events", "acme", p_limit=2)
    reject(mixed, {**NOBODY, "messageId": "m5"})
    second = mixed.call_rows("c360.rejected_events", "acme", p_limit=2, p_before=first[-1]["rejected_event_id"])
    third = mixed.call_rows("c360.rejected_events", "acme", p_limit=2, p_before=second[-1]["rejected_event_id"])

    assert [row["message_id"] for row in (*first, *second, *third)] == ["m4", "m3", "m2", "m1"]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"type": "track", "event": " Bought "}, "Bought"),
        ({"type": "page"}, "page"),
        ({"type": "track"}, None),
        ({"type": "track", "event": {"email": "an@shop.vn"}}, None),
        ({"type": "track", "event": "x" * 501}, None),
        ({"type": "an@shop.vn"}, None),
        ({"type": ["page"]}, None),
        (["page"], None),
        (7, None),
    ],
)
def test_the_name_of_an_event_is_shown_only_where_it_is_one(db, event, name):
    reject(db, event)

    assert [row["event_name"] for row in db.call_rows("c360.rejected_events", "acme")] == [name]


def test_what_is_not_shown_cannot_be_guessed_by_a_filter(db):
    hidden = {"email": "an@shop.vn"}
    reject(db, {**NOBODY, "messageId": hidden})
    [kept] = db.column("SELECT message_id FROM tenant_acme.cdp_rejected_events")

    assert db.call("c360.count_rejected_events", "acme", {"code": "U1104"}) == 1
    assert db.call("c360.count_rejected_events", "acme", {"message_id": kept}) == 0


def test_the_summary_says_how_many_when_and_which(mixed):
    last = reject(mixed, {**NOBODY, "messageId": "m5"}, "app", "2024-05-05T00:00:00Z")

    rows = mixed.call_rows("c360.summarise_rejected_events", "acme")

    assert [(row["code"], row["source"], row["event_count"]) for row in rows] == [
        ("U1108", "app", 3),
        ("U1108", "web", 1),
        ("U1109", "web", 1),
    ]
    assert (rows[0]["first_received_at"].day, rows[0]["last_received_at"].day, rows[0]["example_id"]) == (3, 5, last)


def test_a_patch_goes_as_deep_as_it_is_written(db):
    number = reject(db, {**NOBODY, "properties": {"price": "12", "note": None, "size": {"cm": 7, "in": 3}}})
    patch = {"userId": "u1", "properties": {"price": 12, "size": {"in": None}}}

    db.call("c360.redrive_rejected_events", "acme", [number], patch)

    assert db.value("SELECT payload -> 'properties' FROM tenant_acme.cdp_behavioral_events") == {
        "price": 12,
        "note": None,
        "size": {"cm": 7},
    }


def test_a_dry_run_answers_what_the_run_will_and_leaves_nothing(db):
    ingest(db, {**NOBODY, "userId": "u9", "messageId": "m1"})
    for message_id in ("m1", "m2", "m2"):
        reject(db, {**NOBODY, "messageId": message_id})
    reject(db, {**NAMELESS, "messageId": "m4"})
    call = ("c360.redrive_rejected_batch", "acme", {}, {"userId": "u1"})
    tables = ("cdp_behavioral_events", "cdp_raw_profiles", "cdp_event_ids", "cdp_activity", "cdp_rejected_events")
    content = "; ".join(f"(SELECT jsonb_agg(to_jsonb(t.*)) FROM tenant_acme.{table} AS t)" for table in tables)
    before = db.row(f"SELECT {content.replace(';', ',')}")

    tried = db.call(*call, True)
    after = db.row(f"SELECT {content.replace(';', ',')}")
    done = db.call(*call)

    assert after == before
    assert tried == done
    assert (done["redriven"], done["duplicates"], [item["code"] for item in done["rejected"]]) == (1, 2, ["U1109"])


@pytest.mark.parametrize("function", ["redrive_rejected_events", "redrive_corrected_events"])
def test_single_events_have_dry_runs_too(db, function):
    number = reject(db, NOBODY)
    correction = {"userId": "u1"} if function == "redrive_rejected_events" else [json.dumps({**NOBODY, "userId": "u1"})]

    tried = db.call(f"c360.{function}", "acme", [number], correction, True)

    assert (tried["redriven"], event_count(db)) == (1, 0)
    assert db.call(f"c360.{function}", "acme", [number], correction) == tried
    assert event_count(db) == 1


def test_batches_go_on_after_what_is_refused_again(db):
    for number in range(5):
        reject(db, {**(NAMELESS if number == 1 else NOBODY), "messageId": f"m{number}"})
    after, redriven, refused_again = 0, 0, []

    while True:
        told = db.call("c360.redrive_rejected_batch", "acme", {}, {"userId": "u1"}, False, after, 2)
        redriven += told["redriven"]
        refused_again += [item["messageId"] for item in told["rejected"]]
        if not told["has_more"]:
            break
        after = told["next_after"]

    assert (redriven, refused_again) == (4, ["m1"])
    assert db.call("c360.redrive_rejected_batch", "acme", {}, {"userId": "u1"})["redriven"] == 0


def test_two_sessions_share_a_redrive_and_double_nothing(connect):
    alice, bob = connect(), connect()
    for number in range(6):
        reject(alice, {**NOBODY, "anonymousId": None, "messageId": f"m{number}"})
    alice.commit()
    call = ("c360.redrive_rejected_batch", "acme", {}, None, False, 0, 3)
    patched = (*call[:3], {"anonymousId": "a1"}, *call[4:])

    first = alice.call(*(*call[:3], {"anonymousId": "a2"}, *call[4:]))
    second = bob.call(*patched)
    bob.commit()
    alice.commit()

    assert (first["redriven"], second["redriven"]) == (3, 3)
    assert sorted(alice.column("SELECT message_id FROM tenant_acme.cdp_behavioral_events")) == [
        f"m{number}" for number in range(6)
    ]
    assert alice.call("c360.redrive_rejected_batch", "acme", {})["next_after"] is None


def test_many_sessions_at_once_make_each_event_once(connect, in_background):
    first, *others = sessions = [connect(autocommit=True) for _ in range(4)]
    for number in range(60):
        reject(first, {**NOBODY, "messageId": f"m{number}"})

    def work(session: Session) -> int:
        redriven, after, more = 0, 0, True
        while more:
            told = session.call(
                "c360.redrive_rejected_batch", "acme", {}, {"userId": f"u{session.pid}"}, False, after, 5
            )
            redriven, after, more = redriven + told["redriven"], told["next_after"] or after, told["has_more"]
        return redriven

    done = [in_background(work, session) for session in sessions]

    assert sum(each.result() for each in done) == 60
    assert event_count(first) == 60
    assert others[0].call("c360.count_rejected_events", "acme") == 0


@pytest.mark.parametrize("way", ["batch", "patch", "correction"])
def test_a_redrive_gives_way_to_whoever_is_sending(connect, refused, way):
    sender, operator = connect(), connect()
    number = reject(sender, {**NOBODY, "messageId": "m1"})
    sender.commit()
    fixed = {**NOBODY, "userId": "u1", "messageId": "m1"}
    ingest(sender, fixed)
    function, *arguments = {
        "batch": ("redrive_rejected_batch", {}, {"userId": "u1"}),
        "patch": ("redrive_rejected_events", [number], {"userId": "u1"}),
        "correction": ("redrive_corrected_events", [number], [json.dumps(fixed)]),
    }[way]

    with refused("55P03"):
        operator.call(f"c360.{function}", "acme", *arguments)
    operator.rollback()
    sender.commit()

    told = operator.call(f"c360.{function}", "acme", *arguments)
    assert (told["redriven"], told["duplicates"]) == (0, 1)


def test_each_event_has_a_correction_of_its_own(db):
    first, second = reject(db, {**NOBODY, "messageId": "m1"}), reject(db, {**NAMELESS, "messageId": "m2"})
    corrections = [{**NOBODY, "userId": "u1", "messageId": "m1"}, {**NAMELESS, "event": "Seen", "messageId": "m2"}]

    told = db.call(
        "c360.redrive_corrected_events", "acme", [second, first], [json.dumps(one) for one in reversed(corrections)]
    )

    assert told == {"redriven": 2, "duplicates": 0, "rejected": [], "unknown": []}
    assert db.rows("SELECT message_id, event_name FROM tenant_acme.cdp_behavioral_events ORDER BY 1") == [
        ("m1", "Bought"),
        ("m2", "Seen"),
    ]
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events WHERE payload LIKE '%u1%'") == 0


def test_a_correction_that_is_none_harms_no_other(db):
    numbers = [reject(db, {**NOBODY, "messageId": f"m{number}"}) for number in range(4)]
    texts = [json.dumps({**NOBODY, "userId": "u1"}), '{"a": "\\u0000"}', "[]", "nonsense"]

    told = db.call("c360.redrive_corrected_events", "acme", numbers, texts)

    assert told["redriven"] == 1
    assert [(item["rejected_event_id"], item["code"]) for item in told["rejected"]] == [
        (numbers[1], "U1102"),
        (numbers[2], "U1101"),
        (numbers[3], "U1102"),
    ]
    assert db.call("c360.count_rejected_events", "acme") == 3


def test_corrections_of_events_that_are_gone_or_settled_are_told_and_make_nothing(db):
    settled, open_one = reject(db, NOBODY), reject(db, NOBODY)
    db.call("c360.discard_rejected_events", "acme", [settled])
    texts = [json.dumps({**NOBODY, "userId": "u1"})] * 3

    told = db.call("c360.redrive_corrected_events", "acme", [4711, settled, open_one], texts)

    assert (told["redriven"], told["unknown"], event_count(db)) == (1, [4711], 1)


@pytest.mark.parametrize(("ids", "texts"), [([1, 1], ["{}", "{}"]), ([1], []), ([1], [None]), ([None], ["{}"])])
def test_corrections_that_do_not_go_with_the_numbers_are_refused(db, refused, ids, texts):
    with refused("U1007"):
        db.execute("SELECT c360.redrive_corrected_events('acme', %s::bigint[], %s::text[])", ids, texts)


@pytest.mark.parametrize("limit", [-1, 10_001, None])
def test_a_batch_has_bounds(db, refused, limit):
    with refused("U4426"):
        db.call("c360.redrive_rejected_batch", "acme", {}, None, False, 0, limit)


def test_a_suspended_tenant_settles_nothing_and_shows_all(mixed, refused):
    mixed.call("c360.suspend_tenant", "acme")

    assert mixed.call("c360.count_rejected_events", "acme") == 4
    for function in ("redrive_rejected_batch", "discard_rejected_batch"):
        with refused("U4423"), mixed.connection.transaction():
            mixed.call(f"c360.{function}", "acme", {})


def test_the_backlog_is_counted_by_reason_with_the_age_of_the_oldest(mixed):
    mixed.call("c360.discard_rejected_batch", "acme", {"message_id": "m1"})

    backlog = {
        row["code"]: (row["event_count"], row["oldest_seconds"])
        for row in mixed.call_rows("c360.rejected_backlog", "acme")
    }

    assert {code: count for code, (count, _) in backlog.items()} == {"U1108": 2, "U1109": 1}
    assert backlog["U1109"][1] - backlog["U1108"][1] == pytest.approx(86400, abs=1)


PLANS = """
    PREPARE choice (c360.rejected_filter) AS
    SELECT rejected.rejected_event_id
    FROM tenant_acme.cdp_rejected_events AS rejected
    WHERE rejected.status = 'rejected'
      AND c360._fits_filter(
          $1, rejected.rejected_event_id, rejected.code, rejected.source, rejected.message_id, rejected.received_at,
          rejected.payload
      )
    ORDER BY rejected.rejected_event_id DESC
    LIMIT 100
"""


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        ({}, "cdp_rejected_events_pkey"),
        ({"code": "U1105"}, "cdp_rejected_events_open_code_source_idx"),
        ({"event": "Rare"}, "cdp_rejected_events_open_event_name_idx"),
        ({"message_id": "m77"}, "cdp_rejected_events_message_id_idx"),
        ({"id": [7, 8]}, "cdp_rejected_events_pkey"),
        ({"since": "2024-05-01T05:33:00Z"}, "cdp_rejected_events_open_idx"),
    ],
)
def test_a_filter_finds_a_few_among_many_by_an_index(db, chosen, index):
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute(
        """
        INSERT INTO tenant_acme.cdp_rejected_events (received_at, source, message_id, code, reason, payload)
        SELECT
            timestamptz '2024-05-01T00:00:00Z' + make_interval(secs => number),
            'web',
            'm' || number,
            CASE number % 1000 WHEN 0 THEN 'U1105' ELSE 'U1108' END,
            'no',
            jsonb_build_object('type', 'track', 'event', CASE number % 1000 WHEN 1 THEN 'Rare' ELSE 'Often' END)
        FROM generate_series(1, 20000) AS number
        """
    )
    db.execute("ANALYZE tenant_acme.cdp_rejected_events")
    db.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    db.execute(PLANS)

    plan = "\n".join(db.column(f"EXPLAIN EXECUTE choice (c360._read_rejected_filter('{json.dumps(chosen)}'))"))
    db.execute("DEALLOCATE choice")

    assert (index in plan, "Seq Scan" in plan) == (True, False), plan


RECORDED = """
    SELECT
        event.received_at, event.occurred_at, event.clock_status, event.source, event.type, event.event_name,
        event.payload,
        CASE WHEN event.payload ->> 'messageId' <> '' THEN event.message_id END,
        raw.identifiers, raw.traits, raw.observed_at
    FROM tenant_acme.cdp_behavioral_events AS event
    JOIN tenant_acme.cdp_raw_profiles AS raw USING (raw_profile_id)
"""
TIMES = st.sampled_from(["2024-05-01T00:00:00Z", "2024-04-30T12:00:00+07:00", "2031-01-01T00:00:00Z", "never"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
SENT = st.fixed_dictionaries(
    {},
    optional={
        "messageId": TEXTS,
        "timestamp": TIMES,
        "originalTimestamp": TIMES,
        "sentAt": TIMES,
        "traits": st.dictionaries(TEXTS, TEXTS | st.integers(), max_size=2),
        "properties": st.dictionaries(TEXTS, TEXTS | st.floats(allow_nan=False, allow_infinity=False), max_size=2),
        "context": st.fixed_dictionaries({}, optional={"traits": st.dictionaries(TEXTS, TEXTS, max_size=2)}),
    },
)
FIXES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["identify", "track", "page"]),
        "userId": TEXTS.filter(str.strip),
        "event": st.just("Bought"),
    },
    optional={"traits": st.dictionaries(TEXTS, TEXTS, max_size=2)},
)


@given(sent=SENT, fix=FIXES, is_patched=st.booleans())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_redriven_event_is_the_one_that_would_have_been_had_it_been_sent_so(db, sent, fix, is_patched):
    at = "2024-05-01T08:00:00Z"
    fixed = {**sent, **fix}
    if "traits" in sent and "traits" in fix:
        fixed["traits"] = {**sent["traits"], **fix["traits"]}
    db.execute("SAVEPOINT example")
    ingest_at = ("c360.ingest", "acme")
    db.call(*ingest_at, {"batch": [fixed]}, "web", at)
    wanted = db.rows(RECORDED)
    db.execute("ROLLBACK TO SAVEPOINT example")

    number = reject(db, sent, "web", at)
    if is_patched:
        told = db.call("c360.redrive_rejected_events", "acme", [number], fix)
    else:
        told = db.call("c360.redrive_corrected_events", "acme", [number], [json.dumps(fixed)])

    assert told["redriven"] == len(wanted) == 1
    assert db.rows(RECORDED) == wanted
    db.execute("ROLLBACK TO SAVEPOINT example")
