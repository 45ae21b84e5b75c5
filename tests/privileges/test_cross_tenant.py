"""No role of one tenant reads or changes anything of another: every function, table and view is tried."""

import json

import pytest

ROLES = ["reader", "writer", "admin"]
FUNCTIONS = """
    SELECT
        schema.nspname AS schema,
        function.proname AS name,
        function.prokind AS kind,
        function.oid::regprocedure::text AS signature,
        (function.proargnames)[1] AS first_name,
        ARRAY(SELECT format_type(kind, NULL) FROM unnest(function.proargtypes) AS kind) AS types,
        coalesce(function.proargnames, '{}') AS names
    FROM pg_proc AS function
    JOIN pg_namespace AS schema ON schema.oid = function.pronamespace
    WHERE schema.nspname = ANY (%s)
      AND function.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      AND function.prokind IN ('f', 'p')
    ORDER BY signature
"""


def _functions(house, *schemas):
    return house.db.records(FUNCTIONS, list(schemas))


def _argument(house, type_name: str, name: str) -> tuple[str, object]:
    """A placeholder and a value that aims at the other tenant."""
    event = {"type": "track", "event": "Break In", "userId": "u1", "messageId": "m1", "tenant": house.theirs}
    values = {
        "text": house.their_profile if "profile_id" in name else house.theirs,
        "name": house.theirs,
        "uuid": house.their_profile,
        "uuid[]": [house.their_profile],
        "bigint": house.their_raw_profile,
        "bigint[]": [house.their_raw_profile],
        "integer": 10,
        "integer[]": [10],
        "smallint": 1,
        "numeric": 1,
        "double precision": 1,
        "real": 1,
        "boolean": True,
        "text[]": [house.theirs],
        "bytea": b"x" * 32,
        "json": json.dumps(event),
        "jsonb": json.dumps(event),
        "interval": "1 day",
        "date": "2026-01-01",
        "anyelement": house.theirs,
        "regprocedure[]": ["c360._actor()"],
    }
    if type_name.startswith("timestamp"):
        return f"%s::{type_name}", "2026-01-01 00:00Z"
    cast = "text" if type_name == "anyelement" else type_name
    return f"%s::{cast}", values.get(type_name)


def _call(house, function) -> tuple[str | None, str]:
    names = [*function["names"], *[""] * len(function["types"])]
    arguments = [_argument(house, kind, name) for kind, name in zip(function["types"], names, strict=False)]
    places = ", ".join(place for place, _ in arguments)
    verb = "CALL" if function["kind"] == "p" else "SELECT * FROM"
    query = f'{verb} {function["schema"]}."{function["name"]}"({places})'
    return house.attempt(query, *(value for _, value in arguments))


def _break_ins(house, role: str) -> tuple[int, list[str]]:
    """Try every function as a role, forged token claims included; answers how many were tried and which gave way."""
    own = f"tenant_{house.theirs}"
    functions = _functions(house, "c360", "c360_v1", own, f"tenant_{house.mine}")
    claims = json.dumps({"role": role, "tenant": house.theirs, "source": "web"})
    house.db.value("SELECT set_config('request.jwt.claims', %s, true)", claims)
    with house.as_role(role):
        answers = [(function, *_call(house, function)) for function in functions]
    gave_way = [
        function["signature"]
        for function, code, text in answers
        if (function["schema"] == own and code != "42501")
        or (function["schema"] == "c360" and function["first_name"] == "p_tenant" and code != "42501")
        or (code is None and house.canary in text)
    ]
    return len(functions), gave_way


@pytest.mark.parametrize("kind", ROLES)
def test_no_function_gives_a_role_of_one_tenant_anything_of_another(house, kind):
    before = house.contents_of_theirs()

    tried, gave_way = _break_ins(house, f"c360_{house.mine}_{kind}")

    assert tried > 200
    assert gave_way == []
    assert house.contents_of_theirs() == before


def test_the_attempt_would_notice_a_function_that_forgets_to_ask(house):
    reader = f"c360_{house.mine}_reader"
    for name, argument in (("by_tenant", "p_tenant text"), ("by_value", "p_value text")):
        house.db.execute("SET LOCAL ROLE c360_owner")
        house.db.execute(
            f"CREATE FUNCTION c360.leak_{name}({argument}) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS"
            f" $$ BEGIN RETURN QUERY SELECT full_name FROM tenant_{house.theirs}.cdp_master_profiles; END $$"
        )
        house.db.execute(f"GRANT EXECUTE ON FUNCTION c360.leak_{name} TO {reader}")
        house.db.execute("RESET ROLE")

    _, gave_way = _break_ins(house, reader)

    assert gave_way == ["c360.leak_by_tenant(text)", "c360.leak_by_value(text)"]


@pytest.mark.parametrize("kind", ROLES)
def test_over_http_a_tenant_of_others_and_no_tenant_look_the_same(house, kind):
    with house.as_role(f"c360_{house.mine}_{kind}"):
        answers = []
        for tenant in (house.theirs, "no_such_tenant"):
            house.db.value("SELECT set_config('request.jwt.claims', %s, true)", json.dumps({"tenant": tenant}))
            answers.append(house.attempt("SELECT c360_v1.profile('user_id', 'x')"))
        theirs, nobodys = answers

    assert theirs[0] == nobodys[0] == "U4403"
    assert theirs[1].replace(house.theirs, "X") == nobodys[1].replace("no_such_tenant", "X")


@pytest.mark.parametrize("kind", ROLES)
def test_no_table_or_view_of_another_tenant_or_of_c360_can_be_touched(house, kind):
    relations = house.db.column(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S')"
        " AND relnamespace IN (to_regnamespace(%s), 'c360'::regnamespace, 'c360_v1'::regnamespace)",
        f"tenant_{house.theirs}",
    )

    with house.as_role(f"c360_{house.mine}_{kind}"):
        codes = {relation: house.attempt(f"SELECT * FROM {relation}")[0] for relation in relations}

    assert len(relations) > 30
    assert {relation: code for relation, code in codes.items() if code != "42501"} == {}
    writable = house.db.column(
        "SELECT oid::regclass::text FROM pg_class WHERE oid = ANY (%s::regclass[]::oid[]) AND relkind <> 'S'"
        " AND (has_table_privilege(%s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')"
        "      OR has_any_column_privilege(%s, oid, 'INSERT, UPDATE, REFERENCES'))",
        relations,
        *[f"c360_{house.mine}_{kind}"] * 2,
    )
    assert writable == []


@pytest.mark.parametrize("other", ["c360_{theirs}_reader", "c360_owner", "c360_worker", "c360_relay", "c360_gateway"])
def test_a_role_of_a_tenant_cannot_become_another(house, other):
    role = other.format(theirs=house.theirs)
    admin = f"c360_{house.mine}_admin"

    may_become = house.db.value("SELECT pg_has_role(%s, %s, 'MEMBER')", admin, role)

    assert may_become is False


def test_a_forged_path_changes_nothing(house):
    with house.as_role(f"c360_{house.mine}_admin"):
        house.db.value("SELECT set_config('search_path', %s, true)", f"tenant_{house.theirs}, pg_catalog")
        metadata = house.db.value("SELECT {own}.tenant_metadata() ->> 'tenant'".format(own=f"tenant_{house.mine}"))
        path = house.db.value("SELECT current_setting('search_path')")

    assert metadata == house.mine
    assert path == f"tenant_{house.theirs}, pg_catalog"


@pytest.mark.parametrize(
    "relation", ["cdp_profiles", "cdp_profile_identifiers", "cdp_behavioral_events", "cdp_purchases"]
)
def test_a_reader_reads_its_own_tenant(house, relation):
    with house.as_role(f"c360_{house.mine}_reader"):
        code, _ = house.attempt(f"SELECT count(*) FROM tenant_{house.mine}.{relation}")

    assert code is None


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("cdp_master_profiles", "national_ids"),
        ("cdp_raw_profiles", "traits"),
        ("cdp_raw_profiles", "identifiers"),
        ("cdp_identifiers", "value"),
        ("cdp_behavioral_events", "payload"),
        ("cdp_behavioral_events_default", "payload"),
        ("cdp_profile_history", "profile"),
    ],
)
def test_only_the_admin_sees_values_as_they_were_sent(house, table, column):
    codes = {}
    for kind in ROLES:
        with house.as_role(f"c360_{house.mine}_{kind}"):
            codes[kind] = house.attempt(f"SELECT {column} FROM tenant_{house.mine}.{table}")[0]

    expected_of_admin = "42501" if table.endswith("_default") else None
    assert codes == {"reader": "42501", "writer": "42501", "admin": expected_of_admin}


def test_a_masked_value_is_shown_to_readers_only_in_part(house):
    with house.as_role(f"c360_{house.mine}_reader"):
        shown = house.db.value(f"SELECT national_ids FROM tenant_{house.mine}.cdp_profiles")

    assert shown == ["****"]


def test_a_writer_adds_observations_and_a_reader_does_not(house):
    insert = (
        f"INSERT INTO tenant_{house.mine}.cdp_raw_profiles (source, traits) VALUES ('crm', '{{}}') RETURNING source"
    )

    with house.as_role(f"c360_{house.mine}_reader"):
        refused, _ = house.attempt(insert)
    with house.as_role(f"c360_{house.mine}_writer"):
        accepted, _ = house.attempt(insert)

    assert (refused, accepted) == ("42501", None)


def test_rights_grow_from_reader_to_writer_to_admin(house):
    may = {
        kind: {
            name: house.db.value(
                "SELECT has_function_privilege(%s, oid, 'EXECUTE') FROM pg_proc"
                " WHERE pronamespace = to_regnamespace(%s) AND proname = %s",
                f"c360_{house.mine}_{kind}",
                f"tenant_{house.mine}",
                name,
            )
            for name in ("profile", "ingest", "create_api_key")
        }
        for kind in ROLES
    }

    assert {kind: list(rights.values()) for kind, rights in may.items()} == {
        "reader": [True, False, False],
        "writer": [True, True, False],
        "admin": [True, True, True],
    }


def test_who_is_behind_a_change_is_known_inside_a_function_with_borrowed_rights(house):
    house.db.execute(
        "CREATE FUNCTION c360.who() RETURNS text[] LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT ARRAY[c360._caller(), current_user::text]'"
    )
    house.db.execute("ALTER FUNCTION c360.who() OWNER TO c360_owner")
    house.db.execute(f"GRANT EXECUTE ON FUNCTION c360.who() TO c360_{house.mine}_reader")

    before = house.db.value("SELECT c360.who()")
    with house.as_role(f"c360_{house.mine}_reader"):
        inside = house.db.value("SELECT c360.who()")

    assert before == ["dba", "c360_owner"]
    assert inside == [f"c360_{house.mine}_reader", "c360_owner"]
