"""PostgREST's dialect over raw HTTP: what is answered, and how what is not understood is refused."""

from __future__ import annotations

import json

import httpx
import pytest

from reads.conftest import SECRET, WRITE

FILTERS = [
    ("user_id=eq.u1", ["u1"]),
    ("user_id=neq.u1", ["u2", "u3", "u4", "u5"]),
    ("user_id=gt.u3", ["u4", "u5"]),
    ("user_id=gte.u4", ["u4", "u5"]),
    ("user_id=lt.u2", ["u1"]),
    ("user_id=lte.u2", ["u1", "u2"]),
    ("user_id=gte.u2&user_id=lt.u4", ["u2", "u3"]),
    ("user_id=in.(u1,u3)", ["u1", "u3"]),
    ("user_id=in.()", []),
    ("user_id=not.in.(u1,u2,u3)", ["u4", "u5"]),
    ('city=in.(Hanoi,"a,\\"b\\"")', ["u1", "u3", "u4"]),
    ('city=eq.a,"b"', ["u3"]),
    ("city=eq.Huế", ["u2"]),
    ("city=is.null", ["u5"]),
    ("city=not.is.null", ["u1", "u2", "u3", "u4"]),
    ("city=is.not_null", ["u1", "u2", "u3", "u4"]),
    ("full_name=like.*Bình", ["u2"]),
    ("full_name=like.%25bình", []),
    ("full_name=ilike.*bình", ["u2"]),
    ("first_name=like.*50\\%25*", ["u5"]),
    ("first_name=not.like.*n*", ["u4", "u5"]),
    ("total_orders=eq.1", ["u1"]),
    ("total_revenue=gt.24.99&total_revenue=lt.25.01", ["u1"]),
    ("created_at=gt.2020-01-01", ["u1", "u2", "u3", "u4", "u5"]),
    ("created_at=gt.2020-01-01T00:00:00%2B07:00&user_id=eq.u1", ["u1"]),
    ("source_systems=eq.{web}&user_id=lt.u3", ["u1", "u2"]),
    ('"user_id"=eq.u1', ["u1"]),
    ("national_ids=eq.{079188001231}", []),
    ("user_id=eq.'; DROP TABLE cdp_profiles; --", []),
    ('user_id=in.("u1\'","$1","$$")', []),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_conditions(shop, query, expected):
    reply = shop.get(f"/cdp_profiles?select=user_id&order=user_id&{query}")

    assert reply.status_code == 200, reply.text
    assert [row["user_id"] for row in reply.json()] == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("user_id.desc", ["u5", "u4", "u2", "u1"]),
        ("city.desc,user_id", ["u5", "u2", "u1", "u4"]),
        ("city.desc.nullslast,user_id.desc", ["u2", "u4", "u1", "u5"]),
        ("city.nullsfirst,user_id", ["u5", "u1", "u4", "u2"]),
        ("city.asc.nullslast,user_id.asc", ["u1", "u4", "u2", "u5"]),
    ],
)
def test_orders(shop, order, expected):
    rows = shop.get("/cdp_profiles", params={"select": "user_id", "order": order, "user_id": "neq.u3"}).json()

    assert [row["user_id"] for row in rows] == expected


def test_columns_and_their_other_names_come_in_the_order_asked_for(shop):
    reply = shop.get('/cdp_profiles?select=town:city,user_id,"the name":full_name&user_id=eq.u1')

    assert list(reply.json()[0].items()) == [("town", "Hanoi"), ("user_id", "u1"), ("the name", "Nguyễn Văn An")]


@pytest.mark.parametrize("select", ["", "select=*&", "select=&"])
def test_without_a_selection_all_columns_come(shop, select):
    [row] = shop.get(f"/cdp_profiles?{select}user_id=eq.u1").json()

    assert {"master_profile_id", "email", "total_revenue", "rfm_segment"} <= row.keys()


def test_masked_attributes_are_masked_for_showing_comparing_and_sorting(shop):
    rows = shop.get("/cdp_profiles?select=national_ids").json()
    held = shop.get("/cdp_profile_identifiers?select=value&identifier_type=eq.national_id").json()
    guesses = [f"07918800123{last}" for last in range(10)]
    found = shop.get(f"/cdp_profile_identifiers?value=in.({','.join(guesses)})")

    assert {row["national_ids"][0] for row in rows} == {f"****123{number}" for number in range(1, 6)}
    assert {row["value"] for row in held} == {f"****123{number}" for number in range(1, 6)}
    assert found.json() == []


@pytest.mark.parametrize(
    ("relation", "query", "expected"),
    [
        ("cdp_profile_identifiers", "select=value&identifier_type=eq.user_id&value=eq.u1", [{"value": "u1"}]),
        (
            "cdp_profile_events",
            "select=event_name,type&order=event_id.desc&limit=1",
            [{"event_name": "Order Completed", "type": "track"}],
        ),
        ("cdp_rfm", "select=frequency,monetary", [{"frequency": 1, "monetary": 25.00}]),
        ("cdp_sessions", "select=session_id,entry_path&is_stated=is.false", []),
    ],
)
def test_the_other_relations(shop, relation, query, expected):
    assert shop.get(f"/{relation}?{query}").json() == expected


@pytest.mark.parametrize("relation", ["cdp_master_profiles", "cdp_raw_profiles", "cdp_behavioral_events", "pg_class"])
def test_what_holds_values_as_they_were_sent_is_not_there(shop, relation):
    reply = shop.get(f"/{relation}")

    assert (reply.status_code, reply.json()["code"]) == (404, "PGRST205")


@pytest.mark.parametrize(
    ("query", "headers", "status", "content_range", "rows"),
    [
        ("", {}, 200, "0-4/*", 5),
        ("limit=2", {}, 200, "0-1/*", 2),
        ("limit=2&offset=4", {}, 200, "4-4/*", 1),
        ("offset=9", {}, 200, "*/*", 0),
        ("limit=0", {}, 200, "*/*", 0),
        ("", {"Prefer": "count=exact"}, 200, "0-4/5", 5),
        ("limit=2", {"Prefer": "count=exact"}, 206, "0-1/5", 2),
        ("limit=2", {"Prefer": "count=estimated"}, 206, "0-1/5", 2),
        ("limit=0", {"Prefer": "count=exact"}, 206, "*/5", 0),
        ("user_id=eq.nobody", {"Prefer": "count=exact"}, 200, "*/0", 0),
        ("offset=5", {"Prefer": "count=exact"}, 206, "*/5", 0),
        ("offset=6", {"Prefer": "count=exact"}, 416, None, None),
        ("", {"Range": "1-2"}, 200, "1-2/*", 2),
        ("", {"Range": "3-", "Range-Unit": "items"}, 200, "3-4/*", 2),
        ("", {"Range": "1-2", "Prefer": "count=exact"}, 206, "1-2/5", 2),
        ("limit=3&offset=1", {"Range": "2-9"}, 200, "2-3/*", 2),
        ("", {"Range": "bytes=0-9"}, 200, "0-4/*", 5),
        ("", {"Range": "2-1"}, 416, None, None),
        ("limit=-1", {}, 416, None, None),
        ("offset=-1", {}, 416, None, None),
        ("limit=999999999999", {}, 200, "0-4/*", 5),
    ],
)
def test_ranges(shop, query, headers, status, content_range, rows):
    reply = shop.get(f"/cdp_profiles?select=user_id&{query}", headers=headers)
    head = shop.head(f"/cdp_profiles?select=user_id&{query}", headers=headers)

    assert (reply.status_code, reply.headers.get("content-range")) == (status, content_range)
    assert (head.status_code, head.headers.get("content-range"), head.content) == (status, content_range, b"")
    if rows is None:
        assert reply.json()["code"] == "PGRST103"
    else:
        assert len(reply.json()) == rows
        assert reply.headers.get("preference-applied") == headers.get("Prefer")


def test_a_planned_count_is_the_planner_s(shop):
    reply = shop.get("/cdp_profiles?select=user_id&limit=1", headers={"Prefer": "count=planned"})

    assert reply.headers["preference-applied"] == "count=planned"
    assert int(reply.headers["content-range"].partition("/")[2]) >= 1


def test_a_singular_object_is_one_row_or_406(shop):
    accept = {"Accept": "application/vnd.pgrst.object+json"}
    one = shop.get("/cdp_profiles?select=user_id&user_id=eq.u1", headers=accept)
    none = shop.get("/cdp_profiles?select=user_id&user_id=eq.nobody", headers=accept)
    many = shop.get("/cdp_profiles?select=user_id", headers=accept)

    assert (one.json(), one.headers["content-type"]) == (
        {"user_id": "u1"},
        "application/vnd.pgrst.object+json; charset=utf-8",
    )
    assert (none.status_code, none.json()["code"], none.json()["details"]) == (
        406,
        "PGRST116",
        "The result contains 0 rows",
    )
    assert (many.status_code, many.json()["details"]) == (406, "The result contains 5 rows")


def test_csv_and_ndjson(shop):
    query = "/cdp_profiles?select=user_id,city,national_ids&order=user_id&limit=3"
    table = shop.get(query, headers={"Accept": "text/csv"})
    lines = shop.get(query, headers={"Accept": "application/x-ndjson"})

    assert table.text == (
        'user_id,city,national_ids\nu1,Hanoi,{****1231}\nu2,Huế,{****1232}\nu3,"a,""b""",{****1233}\n'
    )
    assert [json.loads(line)["city"] for line in lines.text.splitlines()] == ["Hanoi", "Huế", 'a,"b"']


def test_numbers_keep_all_their_digits(shop):
    assert '"total_revenue":25.00' in shop.get("/cdp_profiles?select=total_revenue&user_id=eq.u1").text


REFUSED = [
    ("select=nothing", 400, "42703"),
    ("nothing=eq.1", 400, "42703"),
    ("order=nothing", 400, "42703"),
    ("select=city,city", 400, "42701"),
    (f"select={'x' * 64}:city", 400, "22023"),
    ("created_at=eq.yesterday-ish", 400, "22007"),
    ("total_orders=eq.many", 400, "22P02"),
    ("total_orders=eq.99999999999", 400, "22003"),
    ("total_orders=in.(1,x)", 400, "22P02"),
    ("total_orders=like.1*", 400, "42883"),
    ("city=is.true", 400, "42804"),
    (f"city=like.{'x' * 201}", 400, "22023"),
    ("city=like.a\\", 400, "22025"),
    ("city=Hanoi", 400, "PGRST100"),
    ("city=eq", 400, "PGRST100"),
    ("city=same.Hanoi", 400, "PGRST100"),
    ("city=is.odd", 400, "PGRST100"),
    ("city=in.Hanoi", 400, "PGRST100"),
    ('city=in.("a"b)', 400, "PGRST100"),
    ("order=city.sideways", 400, "PGRST100"),
    ("order=city.desc.asc", 400, "PGRST100"),
    ("limit=ten", 400, "PGRST100"),
    ("limit=1&limit=2", 400, "PGRST100"),
    ("select=a:b:c", 400, "PGRST100"),
    ("city=eq.%00", 400, "PGRST100"),
    ("&".join(f"city=eq.{number}" for number in range(201)), 400, "PGRST100"),
    ("select=user_id,cdp_rfm(segment)", 400, "U1013"),
    ("select=*,cdp_rfm(*)", 400, "U1013"),
    ("select=*,town:city", 400, "U1013"),
    ("select=...cdp_rfm(segment)", 400, "U1013"),
    ("select=total_orders.sum()", 400, "U1013"),
    ("select=created_at::date", 400, "U1013"),
    ("select=event_summary->page", 400, "U1013"),
    ("event_summary->>page=eq.1", 400, "U1013"),
    ("cdp_rfm.segment=eq.Lost", 400, "U1013"),
    ("or=(city.eq.Hanoi,city.eq.Hue)", 400, "U1013"),
    ("not.and=(city.eq.Hanoi,city.eq.Hue)", 400, "U1013"),
    ("city=eq(any).{Hanoi,Hue}", 400, "U1013"),
    ("city=fts(english).x", 400, "U1013"),
    ("city=match.^H", 400, "U1013"),
    ("source_systems=cs.{web}", 400, "U1013"),
    ("order=cdp_rfm(segment)", 400, "U1013"),
]


@pytest.mark.parametrize(("query", "status", "code"), REFUSED)
def test_what_is_wrong_or_goes_further_is_refused_by_name(shop, query, status, code):
    reply = shop.get(f"/cdp_profiles?{query}")

    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert set(reply.json()) == {"code", "message", "details", "hint"}
    if code == "U1013":
        assert "PostgREST" in reply.json()["hint"]


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("city=same.Hanoi", "column=operator.value"),
        ("order=city.sideways", "column.desc"),
        ("select=a:b:c", "alias:column"),
        ("limit=ten", "whole number"),
    ],
)
def test_a_hint_says_how_the_unreadable_part_is_written(shop, query, hint):
    assert hint in shop.get(f"/cdp_profiles?{query}").json()["hint"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Prefer": "tx=rollback"}, 400, "U1013"),
        ({"Prefer": "handling=strict, something=else"}, 400, "PGRST122"),
        ({"Prefer": "handling=lenient, something=else"}, 200, None),
        ({"Prefer": "return=minimal"}, 200, None),
        ({"Accept": "application/xml"}, 406, "PGRST107"),
        ({"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}, 200, None),
        ({"Accept": "application/vnd.pgrst.plan+json"}, 400, "U1013"),
        ({"Accept": "application/vnd.pgrst.object+json;nulls=stripped"}, 400, "U1013"),
        ({"Accept-Profile": "tenant_acme"}, 200, None),
        ({"Accept-Profile": "c360_v1"}, 200, None),
        ({"Accept-Profile": "tenant_globex"}, 406, "PGRST106"),
        ({"Accept-Profile": "public"}, 406, "PGRST106"),
    ],
)
def test_headers_that_wish_for_something(shop, headers, status, code):
    reply = shop.get("/cdp_profiles?select=city", headers=headers)

    assert reply.status_code == status, reply.text
    assert code is None or reply.json()["code"] == code


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/cdp_profiles", 405, "U1014"),
        ("PATCH", "/cdp_profiles?user_id=eq.u1", 405, "U1014"),
        ("PUT", "/cdp_profiles", 405, "U1014"),
        ("DELETE", "/cdp_profiles", 405, "U1014"),
        ("DELETE", "/", 405, "U1014"),
        ("GET", "/v1/track", 405, "U1014"),
        ("POST", "/livez", 405, "U1014"),
        ("GET", "/v1/nothing", 404, "U1009"),
        ("POST", "/rpc/nothing", 404, "U1009"),
        ("GET", "/a/b/c", 404, "U1009"),
        ("GET", "/nothing", 404, "PGRST205"),
        ("GET", "/%00", 400, "PGRST100"),
        ("GET", "/cdp_profiles%22%3B--", 404, "PGRST205"),
    ],
)
def test_errors_of_every_path_and_method_have_one_shape(shop, method, path, status, code):
    reply = shop.request(method, path)

    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert set(reply.json()) == {"code", "message", "details", "hint"}
    assert (status == 405) == ("allow" in reply.headers)


@pytest.mark.parametrize(
    "how",
    [
        {"headers": {"apikey": SECRET}},
        {"headers": {"apikey": SECRET, "Authorization": f"Bearer {SECRET}"}},
        {"auth": (SECRET, "")},
        {"headers": {"Authorization": f"bearer {SECRET}"}},
    ],
)
def test_the_ways_to_send_a_key(shop_gateway, how):
    reply = httpx.get(f"{shop_gateway.url}/cdp_profiles?select=user_id&user_id=eq.u1", **how)

    assert reply.json() == [{"user_id": "u1"}]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "U1401"),
        ({"apikey": "wrong"}, 401, "U1401"),
        ({"apikey": SECRET, "Authorization": "Bearer wrong"}, 401, "U1401"),
        ({"apikey": WRITE}, 403, "U1413"),
    ],
)
@pytest.mark.parametrize("path", ["/cdp_profiles", "/nothing", "/rpc/list_profiles?p_search=an"])
def test_without_a_secret_key_nothing_is_told_not_even_what_there_is(shop_gateway, path, headers, status, code):
    reply = httpx.get(f"{shop_gateway.url}{path}", headers=headers)

    assert (reply.status_code, reply.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("[", 400, "U1001"),
        ("[]", 404, "PGRST202"),
        ('{"p_name": "an"}', 404, "PGRST202"),
        ('{"p_search": 7}', 404, "PGRST202"),
        ('{"p_search": "a\\u0000"}', 400, "PGRST100"),
    ],
)
def test_arguments_in_a_body_that_cannot_be_taken_are_refused(shop, body, status, code):
    reply = shop.post("/rpc/list_profiles", content=body)

    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_arguments_in_a_body_are_those_of_the_address(shop):
    by_address = shop.get("/rpc/list_profiles?p_search=an&order=user_id&select=user_id")
    by_body = shop.post("/rpc/list_profiles?order=user_id&select=user_id", json={"p_search": "an"})

    assert by_body.json() == by_address.json() != []
    assert len(shop.post("/rpc/list_profiles", content="").json()) == 5


def test_openapi_describes_what_the_key_may_do(shop, shop_gateway):
    whole = shop.get("/").json()
    public = httpx.get(f"{shop_gateway.url}/").json()
    of_write_key = httpx.get(f"{shop_gateway.url}/", headers={"apikey": WRITE}).json()
    profile = whole["components"]["schemas"]["cdp_profiles"]["properties"]

    assert whole["openapi"].startswith("3.1")
    assert whole["paths"]["/v1/track"]["post"]["summary"].startswith("Records what somebody did")
    assert whole["paths"]["/cdp_profiles"]["get"]["summary"].startswith("Golden records")
    assert "/rpc/list_profiles" in whole["paths"]
    assert set(whole["paths"]["/rpc/profile"]) == {"get", "post"}
    assert set(body_of(public, "/v1/track")["properties"]) >= {"messageId", "userId", "anonymousId", "event"}
    assert body_of(public, "/rpc/import") == public["components"]["schemas"]["batch"]
    assert next(iter(profile)) == "master_profile_id"
    assert profile["email"] == {"type": ["string", "null"], "format": "text", "description": "Main e-mail address."}
    assert set(whole["components"]["schemas"]) >= {
        "cdp_profile_identifiers",
        "cdp_profile_events",
        "cdp_sessions",
        "cdp_rfm",
    }
    assert public == of_write_key
    assert "cdp_" not in json.dumps(public["paths"])
    assert httpx.get(f"{shop_gateway.url}/", headers={"apikey": "wrong"}).status_code == 401


def test_every_path_that_openapi_names_is_there_and_refuses_other_methods(shop):
    paths = shop.get("/").json()["paths"]

    answers = {path: shop.request("TRACE", path) for path in paths}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(paths, 405)
    assert {
        path: set(answer.headers["allow"].lower().split(", ")) - {"head", "options"} for path, answer in answers.items()
    } == {path: set(operations) for path, operations in paths.items()}


def test_what_is_for_secret_keys_only_is_named_to_them_only(shop, shop_gateway):
    whole = shop.get("/").json()
    public = httpx.get(f"{shop_gateway.url}/").json()

    assert whole["paths"].keys() - public["paths"].keys() >= {"/rpc/outcome", "/rpc/profile", "/rpc/list_profiles"}
    assert body_of(whole, "/rpc/outcome")["required"] == ["activationId", "outcome"]
    assert body_of(public, "/rpc/consent")["required"] == ["purposes"]


def body_of(document, path):
    """The schema of what is sent there."""
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
