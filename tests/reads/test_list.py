"""The list of golden records: search by name, pages that neither overlap nor leave out, export, plans, masked names."""

from __future__ import annotations

import csv
import io
import json

import psycopg
import pytest

from c360.governance import sync_tenant
from c360.governance.plan import Permissions
from c360.governance.tenants import as_owner
from reads.conftest import SECRET, fill
from support.plans import recorded
from support.session import Session

MANY = 2500


def crowd(db: Session, count: int = MANY) -> None:
    """Golden records as a resolver would leave them, some of them merged."""
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO tenant_acme.cdp_master_profiles"
            " (master_profile_id, version, first_name, last_name, city, user_id)"
            " SELECT gen_random_uuid(), 1, 'Name' || number, 'Crowd', 'City' || number %% 5, 'c' || number"
            " FROM generate_series(1, %s) AS number",
            count,
        )
    db.commit()


@pytest.fixture
def filled(connect):
    session = connect()
    fill(session)
    return session


def found(db, search, **query):
    [page] = db.call_rows("tenant_acme.list_profiles", search, query)
    return sorted(row["user_id"] for row in json.loads(page["body"]))


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("Nguyễn", ["u1", "u4"]),
        ("nguyen", ["u1", "u4"]),
        ("NGUYE", ["u1", "u4"]),
        ("an nguyen", ["u1"]),
        ("nguyen  AN ", ["u1"]),
        ("guyen", []),
        ("duc binh", ["u2"]),
        ("Đức", ["u2"]),
        ("đưc", ["u2"]),
        ("Paul", ["u3"]),
        ("jean-paul", ["u3"]),
        ("o'b", ["u3"]),
        ("brien", ["u3"]),
        ("50%", ["u5"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("a' OR true --", []),
        ("nobody", []),
        ("nguyen nobody", []),
        ("", ["u1", "u2", "u3", "u4", "u5"]),
        (None, ["u1", "u2", "u3", "u4", "u5"]),
    ],
)
def test_words_of_a_search_begin_words_of_a_name(module_filled, search, expected):
    assert found(module_filled, search) == expected


@pytest.fixture(scope="module")
def module_filled(module_database):
    with psycopg.connect(module_database.dsn) as connection:
        session = Session(connection)
        fill(session)
        yield session


def test_a_search_can_be_filtered_sorted_and_counted(module_filled):
    [page] = module_filled.call_rows(
        "tenant_acme.list_profiles",
        "nguyen",
        {
            "select": [{"column": "user_id", "as": "who"}],
            "where": [{"column": "city", "operator": "eq", "value": "Hanoi"}],
            "order": [{"column": "user_id", "descending": True, "nulls": "last"}],
            "limit": 1,
            "count": "exact",
        },
    )

    assert page == {"body": '[{"who":"u4"}]', "row_count": 1, "total_count": 2, "next_after": None}


@pytest.mark.parametrize(
    ("query", "sqlstate"),
    [
        ({"where": [{"column": "city", "operator": "eq"}]}, "22023"),
        ({"where": [{"column": "city", "operator": "eq", "value": None}]}, "22023"),
        ({"where": [{"column": "city", "operator": "~", "value": "x"}]}, "22023"),
        ({"where": [{"column": "city", "operator": "= '' OR '' =", "value": "x"}]}, "22023"),
        ({"where": [{"column": "city\" = '' OR \"city", "operator": "eq", "value": "x"}]}, "42703"),
        ({"where": "city"}, "22023"),
        ({"where": ["city"]}, "42703"),
        ({"order": [{"column": "city", "nulls": "last, (SELECT 1)"}]}, "22023"),
        ({"order": [{"column": "city"}], "after": "0"}, "22023"),
        ({"after": "no id"}, "22P02"),
        ({"count": "roughly"}, "22023"),
        ({"format": "xml"}, "22023"),
        ({"limit": -1}, "U4426"),
        ({"offset": -1}, "22023"),
        ({"select": [{"column": "city", "as": "x" * 64}]}, "22023"),
        ({"select": [{"column": "city", "as": f"c{number}"} for number in range(1601)]}, "22023"),
    ],
)
def test_a_query_that_cannot_be_is_refused(module_filled, query, sqlstate):
    with pytest.raises(psycopg.Error) as caught, module_filled.connection.transaction():
        module_filled.call_rows("tenant_acme.list_profiles", None, query)

    assert caught.value.sqlstate == sqlstate


def test_a_name_to_answer_under_is_only_a_name(module_filled):
    strange = 'x", (SELECT 1) AS "y%s%1$s\''
    [page] = module_filled.call_rows(
        "tenant_acme.list_profiles", "paul", {"select": [{"column": "user_id", "as": strange}]}
    )

    assert json.loads(page["body"]) == [{strange: "u3"}]


def test_pages_after_one_another_show_everybody_once(connect):
    session = connect()
    crowd(session)
    seen, query = [], {"limit": 400, "select": [{"column": "user_id"}]}
    while True:
        [page] = session.call_rows("tenant_acme.list_profiles", None, query)
        seen += [row["user_id"] for row in json.loads(page["body"])]
        if page["next_after"] is None:
            break
        query["after"] = page["next_after"]

    assert len(seen) == MANY
    assert set(seen) == {f"c{number}" for number in range(1, MANY + 1)}


def test_pages_by_offset_do_not_overlap_although_many_are_equal(connect):
    session = connect()
    crowd(session, 500)
    order = [{"column": "city", "descending": False, "nulls": "last"}]
    seen = []
    for offset in range(0, 500, 100):
        query = {"limit": 100, "offset": offset, "order": order, "select": [{"column": "user_id"}]}
        [page] = session.call_rows("tenant_acme.list_profiles", None, query)
        seen += [row["user_id"] for row in json.loads(page["body"])]

    assert len(set(seen)) == 500


@pytest.mark.parametrize(
    "path", ["/cdp_profiles?select=user_id,city", "/rpc/list_profiles?p_search=crowd&select=user_id,city"]
)
def test_an_export_is_whole_whatever_its_format(gateway, http, connect, path):
    session = connect()
    fill(session)
    crowd(session)
    headers = {"apikey": SECRET}
    expected = {f"c{number}" for number in range(1, MANY + 1)}

    table = http.get(path, headers={**headers, "Accept": "text/csv"})
    lines = http.get(path, headers={**headers, "Accept": "application/x-ndjson"})
    page = http.get(path, headers=headers)

    by_csv = [row["user_id"] for row in csv.DictReader(io.StringIO(table.text))]
    by_json = [json.loads(line)["user_id"] for line in lines.text.splitlines()]
    assert set(by_csv) - {f"u{number}" for number in range(1, 6)} == expected
    assert sorted(by_csv) == sorted(by_json)
    assert len(by_csv) == len(set(by_csv))
    assert (len(page.json()), page.headers["content-range"]) == (1000, "0-999/*")


def test_an_export_in_an_order_or_range_is_a_page(gateway, http, connect):
    session = connect()
    fill(session)
    crowd(session)
    headers = {"apikey": SECRET, "Accept": "text/csv"}

    sorted_ones = http.get("/cdp_profiles?select=user_id&order=user_id", headers=headers)
    some = http.get("/cdp_profiles?select=user_id&limit=7", headers=headers)

    assert len(sorted_ones.text.splitlines()) == 1001
    assert len(some.text.splitlines()) == 8


def test_a_search_over_http(gateway, http, filled):
    reply = http.get(
        "/rpc/list_profiles",
        params={"p_search": "nguyen", "select": "user_id", "city": "eq.Hanoi", "order": "user_id.desc"},
        headers={"apikey": SECRET, "Prefer": "count=exact"},
    )

    assert reply.json() == [{"user_id": "u4"}, {"user_id": "u1"}]
    assert reply.headers["content-range"] == "0-1/2"


def test_masked_names_are_not_searched(filled, connect):
    with as_owner(filled.connection):
        filled.execute(
            "UPDATE c360.profile_attributes SET is_masked = true"
            " WHERE tenant = 'acme' AND attribute IN ('last_name', 'full_name')"
        )
    before_sync = found(filled, "nguyen")
    sync_tenant(filled.connection, "acme")
    filled.commit()

    assert before_sync == []
    assert found(filled, "nguyen") == []
    assert found(filled, "an") == ["u1"]
    assert "last_name" not in filled.value(
        "SELECT indexdef FROM pg_indexes WHERE indexname = 'cdp_master_profiles_search_idx'"
    )


def test_a_tenant_whose_names_are_all_masked_finds_nobody(filled):
    with as_owner(filled.connection):
        filled.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND normaliser = 'name'"
        )
    sync_tenant(filled.connection, "acme")

    assert found(filled, "an") == []
    assert len(found(filled, None)) == 5


def test_a_name_may_change_its_type(filled):
    with as_owner(filled.connection):
        filled.execute(
            "UPDATE c360.profile_attributes SET data_type = 'text[]', normaliser = 'text', survivorship = 'union'"
            " WHERE tenant = 'acme' AND attribute = 'full_name'"
        )
    sync_tenant(filled.connection, "acme", Permissions(allow_type_change=True))

    assert found(filled, "nguyen") == ["u1", "u4"]


def test_the_search_goes_by_the_index_and_a_page_reads_a_page(database, server, connect):
    session = connect()
    crowd(session, 20_000)
    with server.admin(database.name) as admin:
        admin.execute("ANALYZE tenant_acme.cdp_master_profiles")
        middle = admin.execute(
            "SELECT master_profile_id::text FROM tenant_acme.cdp_master_profiles ORDER BY 1 OFFSET 10000 LIMIT 1"
        ).fetchone()[0]
        call = "SELECT * FROM c360.list_profiles('acme', %s, %s)"
        with recorded(admin) as searched:
            admin.execute(call, ["name12345 crowd", json.dumps({"limit": 20})])
        with recorded(admin) as paged:
            admin.execute(call, [None, json.dumps({"limit": 20, "after": middle})])

    golden = {"cdp_master_profiles", "cdp_profile_metrics"}
    assert searched.sequential_scans(golden) == set()
    assert paged.sequential_scans(golden) == set()
    assert paged.most_read(golden)[0] <= 20
