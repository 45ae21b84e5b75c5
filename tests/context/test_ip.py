"""What a tenant keeps of an IP address, and that no more of it is anywhere."""

import itertools
import json

import pytest

from c360.governance.tenants import as_owner
from support.canaries import found_in_tables
from support.events import codes, ingest, page, track

FULL = "203.0.113.77"
KEPT = "SELECT payload #> '{context,ip}' FROM tenant_acme.cdp_behavioral_events ORDER BY event_id DESC LIMIT 1"


def keep(db, rule):
    with as_owner(db.connection):
        db.execute("UPDATE c360.tenants SET ip = %s WHERE tenant = 'acme'", rule)


def kept(db, ip):
    ingest(db, page(context={"ip": ip, "locale": "vi"}))
    return db.value(KEPT)


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        (FULL, "203.0.113.0"),
        (" 203.0.113.77 ", "203.0.113.0"),
        ("203.0.113.77:51234", "203.0.113.0"),
        ("203.0.113.77/32", "203.0.113.0"),
        ("203.0.113.77, 10.0.0.1", "203.0.113.0"),
        (["203.0.113.77", "10.0.0.1"], "203.0.113.0"),
        ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::"),
        ("[2001:db8:85a3:8d3::1]:443", "2001:db8:85a3::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("::ffff:cb00:714d", "203.0.113.0"),
        ("::203.0.113.77", "::"),
        ("2002:cb00:714d::1", "2002:cb00:7100::"),
        ("64:ff9b::203.0.113.77", "64:ff9b::"),
        ("203.0.113.0", "203.0.113.0"),
    ],
)
def test_an_address_is_shortened_to_its_network(db, ip, expected):
    assert kept(db, ip) == expected


@pytest.mark.parametrize(
    "ip",
    [
        "unknown",
        "",
        "203.0.113",
        "203.0.113.777",
        "203.0.113.77.88",
        "x203.0.113.77",
        3405803853,
        1.5,
        True,
        {"a": FULL},
        [],
        [[FULL]],
        "1" * 5000,
    ],
)
def test_what_is_no_address_is_not_kept_and_no_error(db, ip):
    assert kept(db, ip) is None
    assert db.value("SELECT payload #>> '{context,locale}' FROM tenant_acme.cdp_behavioral_events") == "vi"


@pytest.mark.parametrize("ip", [FULL, "unknown", 5, [FULL], {"a": 1}, None])
def test_a_tenant_may_keep_what_was_sent(db, ip):
    keep(db, "keep")

    assert kept(db, ip) == ip


@pytest.mark.parametrize("ip", [FULL, "::1", "unknown", 5, [FULL]])
def test_a_tenant_may_keep_nothing(db, ip):
    keep(db, "drop")

    assert kept(db, ip) is None


def test_the_context_of_a_batch_is_shortened_too(db):
    ingest(db, page(), context={"ip": FULL})

    assert db.value(KEPT) == "203.0.113.0"


NO_EVENTS = [
    r'{"n": NaN, "context": {"\u0069p": "203.0.113.77"}}',
    r'{"n": NaN, "context": {"\u0069\u0070": "203.0.113.77"}}',
    '{"n": NaN, "context": {"ip": ["]", "203.0.113.77"]}}',
    '{"n": NaN, "context": {"ip": [["203.0.113.77"]]}}',
    '{"n": NaN, "context": {"ip": {"a": {"b": 1}, "c": "203.0.113.77"}}}',
    '{"n": NaN, "context": {"ip": [[[[[1]]]], "203.0.113.77"]}}',
    "{'context': {'ip': '203.0.113.77'}}",
    "{context: {ip: 203.0.113.77}}",
    "{context: {ip: '203.0.113.77'}}",
    json.dumps(json.dumps({"context": {"ip": "203.0.113.77"}})),
    json.dumps(json.dumps({"context": {"ip": ["203.0.113.77"]}})),
    json.dumps(json.dumps({"context": {"ip": {"v4": "203.0.113.77"}}})),
    json.dumps(json.dumps(json.dumps({"context": {"ip": "203.0.113.77"}}))),
    json.dumps('{"type": "page", "context": {"ip": "203.0.113.77"'),
]


@pytest.mark.parametrize("event", NO_EVENTS)
def test_what_is_no_event_is_kept_without_the_address_however_its_name_is_written(db, event):
    answer = db.call("c360.ingest_request", "acme", "web", "batch", f'{{"batch": [{event}]}}')

    assert codes(answer) in (["U1101"], ["U1102"])
    assert FULL not in db.value("SELECT payload FROM tenant_acme.cdp_rejected_events")


def test_of_what_is_no_event_only_the_address_is_emptied(db):
    event = '{"n": NaN, "zip": "70000", "context": {"ip" : "::1", "locale": "vi"}, "client-ip": 1, "a": "ip"}'

    db.call("c360.ingest_request", "acme", "web", "batch", f'{{"batch": [{event}]}}')

    assert db.value("SELECT payload FROM tenant_acme.cdp_rejected_events") == event.replace('"::1"', "null")


@pytest.mark.parametrize("rule", ["shorten", "drop"])
def test_the_whole_address_is_nowhere(connect, rule):
    db = connect(autocommit=True)
    keep(db, rule)
    context = {"ip": FULL, "page": {"url": "https://shop.vn/"}}
    bodies = [
        json.dumps({"batch": [page("m1", context=context), {"type": "nonsense", "context": context}, [context]]}),
        json.dumps({"batch": [page("m2")], "context": context}),
        '{"batch": [{"type": "page", "anonymousId": "\\u0000", "context": {"ip": "203.0.113.77"}}]}',
        '{"batch": [{"type": "page", "n": NaN, "context": {"ip" : ["203.0.113.77", "::1"]}}]}',
        '{"batch": [{"type": "page", "n": NaN, "context": {"ip" : {"v4": "203.0.113.77"}}}]}',
    ]
    answers = [db.call("c360.ingest_request", "acme", "web", "batch", body) for body in bodies]

    assert sum(answer["accepted"] for answer in answers) == 2
    assert sorted(itertools.chain(*map(codes, answers))) == ["U1101", "U1102", "U1102", "U1102", "U1105"]
    assert found_in_tables(db, {FULL}) == {}


def test_an_event_redriven_later_is_kept_by_the_rule_of_then(db):
    keep(db, "keep")
    ingest(db, {"type": "nonsense", "anonymousId": "a1", "context": {"ip": FULL}})
    keep(db, "shorten")
    ids = db.column("SELECT rejected_event_id FROM tenant_acme.cdp_rejected_events")

    db.call("c360.redrive_rejected_events", "acme", ids, {"type": "page"})

    assert db.value(KEPT) == "203.0.113.0"


def test_an_event_its_plan_blocks_is_kept_with_the_short_address(db):
    db.call("c360.set_event_schema", "acme", "Paid", {"type": "object", "required": ["total"]}, p_mode="block")

    answer = ingest(db, track("Paid", context={"ip": FULL}))

    assert codes(answer) == ["U1113"]
    assert "203.0.113.0" in db.value("SELECT payload FROM tenant_acme.cdp_rejected_events")
    assert FULL not in db.value("SELECT payload FROM tenant_acme.cdp_rejected_events")


def test_the_rule_is_metadata_of_the_tenant(db):
    with as_owner(db.connection):
        db.call("c360.apply_metadata", {"tenant": "acme", "ip": "drop"})

    assert db.call("c360.tenant_blueprint", "acme")["ip"] == "drop"
