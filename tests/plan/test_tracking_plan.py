"""The tracking plan: what events have to look like, what is counted of those that do not, and what is refused."""

import psycopg
import pytest

from support.events import identify, ingest, page, track

ORDER = {
    "type": "object",
    "required": ["order_id", "products"],
    "additionalProperties": False,
    "properties": {
        "order_id": {"type": "string", "minLength": 3},
        "currency": {"enum": ["VND", "USD"]},
        "note": {"type": "string", "maxLength": 500},
        "products": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["sku"], "properties": {"price": {"type": "number", "minimum": 0}}},
        },
    },
}
GOOD = {"order_id": "o-17", "currency": "VND", "products": [{"sku": "a", "price": 5}]}
FAULTS = [
    ({"currency": "EUR"}, "/currency", "enum"),
    ({"order_id": "x"}, "/order_id", "minLength"),
    ({"order_id": 17}, "/order_id", "type"),
    ({"products": []}, "/products", "minItems"),
    ({"products": [{"sku": "a"}, {"price": 1}]}, "/products/*/sku", "required"),
    ({"products": [{"sku": "a", "price": "5"}]}, "/products/*/price", "type"),
    ({"products": [{"sku": "a", "price": -1}]}, "/products/*/price", "minimum"),
    ({"coupon": "X"}, "", "additionalProperties"),
    ({"note": "x" * 501}, "/note", "maxLength"),
]


def plan(db, event="Order Completed", schema=ORDER, mode="warn", **more):
    return db.call("c360.set_event_schema", "acme", event, schema, mode, **more)


def test_a_later_version_still_says_what_is_demanded(db):
    plan(db)
    ingest(db, order("m1", order_id="x"))
    plan(db, mode="block")

    [found] = db.call_rows("c360.event_violations", "acme")

    assert (found["keyword"], found["demanded"], found["version"]) == ("minLength", 3, 1)
    plan(db, schema={"type": "object"})
    [found] = db.call_rows("c360.event_violations", "acme")
    assert found["demanded"] is None


def violations(db):
    return db.rows(
        "SELECT event_name, path, keyword, violation_count, cardinality(event_ids) FROM c360.event_violations('acme')"
    )


def order(message_id=None, **properties):
    return track("Order Completed", message_id, properties={**GOOD, **properties})


@pytest.mark.parametrize(("fault", "path", "keyword"), FAULTS)
def test_a_fault_is_named_by_place_and_keyword(db, fault, path, keyword):
    plan(db)

    found = db.call_rows("c360.check_event", "acme", order(**fault))

    assert [(row["path"], row["keyword"]) for row in found] == [(path, keyword)]
    assert db.call_rows("c360.check_event", "acme", order()) == []


def test_what_does_not_follow_is_counted_and_taken(db):
    plan(db)

    answer = ingest(db, order("m1"), order("m2", currency="EUR"), order("m3", currency=7), order("m4", coupon="X"))
    again = ingest(db, order("m2", currency="EUR"))

    assert (answer["accepted"], answer["rejected"], again["duplicates"]) == (4, [], 1)
    assert sorted(violations(db)) == [
        ("Order Completed", "", "additionalProperties", 1, 1),
        ("Order Completed", "/currency", "enum", 2, 2),
    ]


def test_what_does_not_follow_a_schema_that_blocks_is_kept_as_rejected_and_harms_no_other(db):
    plan(db, mode="block")

    answer = ingest(db, order("m1"), order("m2", currency="EUR"), page("m3"))

    assert answer["accepted"] == 2
    assert [(row["index"], row["messageId"], row["code"]) for row in answer["rejected"]] == [(1, "m2", "U1113")]
    [kept] = db.call_rows("c360.rejected_events", "acme")
    assert (kept["code"], "EUR" in kept["payload"]) == ("U1113", True)
    assert kept["reason"] == answer["rejected"][0]["message"]
    assert kept["reason"].endswith("tracking plan: /currency enum")
    plan(
        db, schema={**ORDER, "properties": {**ORDER["properties"], "currency": {"enum": ["VND", "EUR"]}}}, mode="block"
    )
    redriven = db.call("c360.redrive_rejected_events", "acme", [kept["rejected_event_id"]])
    assert redriven["redriven"] == 1


def test_a_described_event_is_not_checked(db):
    plan(db, mode="allow")

    answer = ingest(db, order("m1", currency="EUR"))

    assert (answer["accepted"], violations(db)) == (1, [])


@pytest.mark.parametrize(
    ("event", "schema", "sent", "path"),
    [
        ("identify", {"required": ["email"]}, identify("u1", phone="1"), "/email"),
        ("page", {"properties": {"path": {"type": "string"}}}, page(None, properties={"path": 5}), "/path"),
    ],
)
def test_other_kinds_of_events_have_schemas_too(db, event, schema, sent, path):
    plan(db, event, schema)

    ingest(db, sent, track(event, properties={"path": 5}))

    assert [(name, where, count) for name, where, _, count, _ in violations(db)] == [(event, path, 1)]


def test_a_track_event_may_have_the_name_of_another_kind(db):
    plan(db, "page", {"required": ["a"]}, p_type="track")

    ingest(db, page(None), track("page", properties={}))

    assert [(name, count) for name, _, _, count, _ in violations(db)] == [("page", 1)]


def test_versions_follow_each_other_and_the_same_plan_is_none(db):
    versions = [plan(db), plan(db), plan(db, mode="block"), plan(db, schema={})]
    listed = db.rows("SELECT version, mode, ended_at IS NULL FROM c360.event_schemas('acme', true)")

    assert versions == [1, 1, 2, 3]
    assert listed == [(1, "warn", False), (2, "block", False), (3, "warn", True)]
    assert db.call("c360.remove_event_schema", "acme", "Order Completed")
    assert not db.call("c360.remove_event_schema", "acme", "Order Completed")
    assert ingest(db, order(currency="EUR"))["accepted"] == 1
    assert violations(db) == []


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        ({"type": "text"}, "no type"),
        ({"properties": {"a": {"uniqueItems": True}}}, "#/properties/a/uniqueItems"),
        ({"properties": {"a": {"pattern": "("}}}, "regular expression"),
        ({"properties": []}, "properties cannot have the value"),
        ({"$ref": "https://example.org/schema"}, "leads outside"),
        ({"$ref": "#/$defs/none"}, "leads nowhere"),
        ({"$defs": {"tree": {"items": {"$ref": "#/$defs/tree"}}}, "$ref": "#/$defs/tree"}, "circle"),
        ({"maxLength": -1}, "maxLength cannot have the value"),
        ({"properties": {"a": 5}}, "a schema is an object"),
        ({"multipleOf": 0}, "above zero"),
        ([{}], "a JSON object"),
    ],
)
def test_a_schema_that_cannot_be_checked_is_refused_by_place(db, schema, part):
    with pytest.raises(psycopg.errors.DatabaseError) as refused:
        plan(db, schema=schema)

    said = refused.value.diag
    assert said.sqlstate == "U1115"
    assert part in f"{said.message_primary} {said.message_detail} {said.message_hint}"


@pytest.mark.parametrize("name", ['"', "\\", "'", "a b", "$", "@.key", "/", "~", "名前", '") || (1 == 1'])
def test_a_name_of_a_property_is_only_a_name(db, name):
    plan(db, "Seen", {"properties": {name: {"const": name}}, "required": [name], "additionalProperties": False})

    found = [
        db.call_rows("c360.check_event", "acme", track("Seen", properties=properties))
        for properties in ({name: name}, {name: "x"}, {}, {name: name, "other": 1})
    ]

    assert [[row["keyword"] for row in rows] for rows in found] == [
        [],
        ["const"],
        ["required"],
        ["additionalProperties"],
    ]


def test_an_inferred_schema_holds_for_the_events_it_was_made_of_and_shows_no_value(db):
    events = [
        order(f"m{number}", note=f"secret{number}", at="2026-01-02T03:04:05Z", day="2026-01-02", big=number * 1000)
        for number in range(5)
    ]
    ingest(db, *events, order("m9", extra=None))

    made = db.call("c360.infer_event_schema", "acme", "Order Completed")

    assert "secret" not in str(made)
    assert made["required"] == ["currency", "order_id", "products"]
    assert made["properties"]["at"] == {"type": "string", "format": "date-time"}
    assert made["properties"]["big"] == {"type": "number"}
    assert made["properties"]["products"]["items"]["required"] == ["price", "sku"]
    plan(db, schema=made)
    assert [db.call_rows("c360.check_event", "acme", event) for event in events] == [[]] * 5
    assert db.call("c360.infer_event_schema", "acme", "Never Seen") is None


def nested(levels, around):
    schema = {"type": "string"}
    for _ in range(levels):
        schema = around(schema)
    return schema


@pytest.mark.parametrize(
    "around",
    [
        lambda schema: {"type": "object", "properties": {"a": schema}},
        lambda schema: {"type": "array", "items": schema},
        lambda schema: {"anyOf": [schema, {"type": "null"}]},
        lambda schema: {"not": schema},
    ],
)
def test_a_deep_schema_is_no_work_that_doubles_with_each_level(db, around):
    db.execute("SET LOCAL statement_timeout = '10s'")

    assert plan(db, schema=nested(24, around)) == 1


@pytest.mark.parametrize(
    "schema",
    [
        nested(40, lambda schema: {"if": schema}),
        {"oneOf": [{"const": number} for number in range(5000)]},
        {"oneOf": [{"oneOf": [{"const": number} for number in range(60)]}] * 60},
    ],
)
def test_alternatives_beyond_measure_are_refused_soon(db, schema):
    db.execute("SET LOCAL statement_timeout = '10s'")

    with pytest.raises(psycopg.Error) as refused:
        plan(db, schema=schema)

    assert refused.value.sqlstate == "U1115"


@pytest.mark.parametrize(("role", "may"), [("reader", False), ("writer", False), ("admin", True)])
def test_names_of_members_that_hold_values_are_inferred_for_administrators_only(db, role, may):
    ingest(db, track("Shared", properties={"with": {"an@shop.vn": True}}))

    assert "an@shop.vn" in str(db.call("c360.infer_event_schema", "acme", "Shared"))
    right = "SELECT has_function_privilege(%s, 'tenant_acme.infer_event_schema(text, text, integer)', 'EXECUTE')"
    assert db.value(right, f"c360_acme_{role}") is may
