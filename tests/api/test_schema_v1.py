"""Schema c360_v1 as a PostgREST would use it: claims in a setting, the body as one unnamed json parameter."""

from __future__ import annotations

import hashlib
import json

import psycopg
import pytest
from psycopg.types.json import Json

from support.events import event_count, identify, ingest, page


@pytest.fixture
def gateway(connect):
    """A session of the gateway."""
    return connect("c360_gateway")


@pytest.fixture
def postgrest(connect):
    """A session of PostgREST, which becomes the role of a token for one transaction."""
    return connect("c360_authenticator")


def claim(session, role="c360_acme_writer", **claims):
    session.execute(f"SET LOCAL ROLE {role}")
    session.call("set_config", "request.jwt.claims", json.dumps({"role": role, **claims}), True)


@pytest.mark.parametrize(
    ("function", "body"),
    [
        ("identify", {"userId": "u1", "traits": {}}),
        ("track", {"userId": "u1", "event": "Bought"}),
        ("page", {"userId": "u1"}),
        ("screen", {"userId": "u1"}),
        ('"group"', {"userId": "u1", "groupId": "g1"}),
        ("alias", {"userId": "u1", "previousId": "a1"}),
        ("batch", {"batch": [page("m1")]}),
        ("import", [page("m1")]),
    ],
)
def test_each_function_takes_the_whole_body_for_the_tenant_of_the_claims(postgrest, connect, function, body):
    claim(postgrest, tenant="acme", source="app", kind="write")

    answer = postgrest.value(f"SELECT c360_v1.{function}(%s)", Json(body))
    postgrest.commit()

    assert (answer["success"], answer["accepted"]) == (True, 1)
    assert connect().column("SELECT source FROM tenant_acme.cdp_behavioral_events") == ["app"]


def test_the_endpoint_decides_the_type(postgrest, connect):
    claim(postgrest, tenant="acme", source="app")
    postgrest.value("SELECT c360_v1.page(%s)", Json({"type": "track", "userId": "u1"}))
    postgrest.commit()

    assert connect().rows("SELECT type, payload ->> 'type' FROM tenant_acme.cdp_behavioral_events") == [
        ("page", "page")
    ]


@pytest.mark.parametrize("claims", [None, "", "no json", "{}", "[]", '{"source": "app"}'])
def test_without_a_tenant_in_the_claims_nothing_happens(postgrest, claims):
    postgrest.execute("SET LOCAL ROLE c360_acme_writer")
    if claims is not None:
        postgrest.call("set_config", "request.jwt.claims", claims, True)

    with pytest.raises(psycopg.Error) as caught:
        postgrest.value("SELECT c360_v1.page(%s)", Json(page("m1")))

    assert caught.value.sqlstate == "U1401"


def test_claims_of_a_finished_transaction_count_no_more(postgrest):
    claim(postgrest, tenant="acme")
    postgrest.value("SELECT c360_v1.page(%s)", Json(page("m1")))
    postgrest.commit()

    postgrest.execute("SET LOCAL ROLE c360_acme_writer")
    with pytest.raises(psycopg.Error) as caught:
        postgrest.value("SELECT c360_v1.page(%s)", Json(page("m2")))

    assert caught.value.sqlstate == "U1401"


@pytest.mark.parametrize(("kind", "sqlstate"), [("write", "U1413"), (None, "U1413"), ("secret", None)])
def test_only_claims_of_kind_secret_read_profiles(postgrest, connect, kind, sqlstate):
    session = connect()
    ingest(session, identify("u1", "m1", email="a@example.com"))
    session.call("c360.resolve_identities", "acme")
    session.commit()
    claim(postgrest, tenant="acme", kind=kind)

    if sqlstate is None:
        assert postgrest.value("SELECT c360_v1.profile('email', 'a@example.com')")["profile_id"]
    else:
        with pytest.raises(psycopg.Error) as caught:
            postgrest.value("SELECT c360_v1.profile('email', 'a@example.com')")
        assert caught.value.sqlstate == sqlstate


@pytest.mark.parametrize(("kind", "sqlstate"), [("write", "U1413"), (None, "U1413"), ("secret", None), ("agent", None)])
def test_claims_of_kind_agent_or_secret_ask_for_a_context(postgrest, connect, kind, sqlstate):
    session = connect()
    ingest(session, identify("u1", "m1", email="a@example.com"))
    session.call("c360.resolve_identities", "acme")
    session.call("c360.set_consent_purpose", "acme", "service", {"basis": "contract", "allows_by_default": True})
    session.commit()
    claim(postgrest, role="c360_acme_reader", tenant="acme", kind=kind, source="bot")
    asked = Json({"identifierType": "email", "value": "a@example.com", "purpose": "service"})

    if sqlstate is None:
        assert postgrest.value("SELECT c360_v1.agent_context(%s)", asked)["profile"]["email"] == "a@example.com"
        postgrest.commit()
        assert session.column("SELECT caller FROM c360.agent_calls('acme')") == ["c360_acme_reader"]
    else:
        with pytest.raises(psycopg.Error) as caught:
            postgrest.value("SELECT c360_v1.agent_context(%s)", asked)
        assert caught.value.sqlstate == sqlstate


def test_claims_of_kind_agent_bring_in_outcomes_and_no_events(postgrest):
    claim(postgrest, tenant="acme", kind="agent")
    for call, code in (("track", "U1414"), ("batch", "U1414"), ("outcome", "U2522")):
        sent = {"activationId": "01a2b3c4-0000-7000-8000-000000000009", "outcome": "replied", "batch": []}
        with pytest.raises(psycopg.Error) as caught, postgrest.connection.transaction():
            postgrest.value(f"SELECT c360_v1.{call}(%s)", Json(sent))
        assert caught.value.sqlstate == code


def test_a_body_over_500_kb_is_refused(postgrest):
    claim(postgrest, tenant="acme")

    with pytest.raises(psycopg.Error) as caught:
        postgrest.value("SELECT c360_v1.batch(%s)", Json([page("m1", text="x" * 500 * 1024)]))

    assert caught.value.sqlstate == "U1003"


@pytest.mark.parametrize("tenant", ["globex", "nobody", "acme', 'x", "evil"])
def test_claims_of_another_tenant_give_no_right_in_it(postgrest, connect, tenant, globex):
    owner = connect()
    owner.execute("CREATE SCHEMA tenant_evil")
    owner.execute("GRANT USAGE ON SCHEMA tenant_evil TO PUBLIC")
    owner.commit()
    for call in ('SELECT c360_v1.page(\'{"userId": "u1"}\')', "SELECT c360_v1.profile('email', 'a@example.com')"):
        claim(postgrest, "c360_acme_admin", tenant=tenant, kind="secret")
        with pytest.raises(psycopg.Error) as caught:
            postgrest.value(call)
        postgrest.rollback()
        assert caught.value.sqlstate == "U4403"
    assert owner.value("SELECT count(*) FROM tenant_globex.cdp_behavioral_events") == 0


def test_the_role_of_the_token_decides_what_it_may(postgrest):
    claim(postgrest, "c360_acme_reader", tenant="acme", kind="secret")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        postgrest.value("SELECT c360_v1.page(%s)", Json(page("m1")))


def test_without_a_token_postgrest_may_nothing(postgrest):
    for statement in (
        "SELECT c360_v1.page('{}')",
        "SELECT c360_v1.receive(NULL, 'page', '{}')",
        "SELECT tenant_acme.profile('email', 'a@example.com')",
        "SELECT * FROM tenant_acme.cdp_profiles",
        "SELECT c360.my_tenants()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            postgrest.execute(statement)
        postgrest.rollback()


def test_the_gateway_can_call_nothing_but_what_takes_a_key(gateway):
    for statement in (
        "SELECT c360.ingest('acme', '[]')",
        "SELECT * FROM c360.api_keys",
        "SELECT * FROM tenant_acme.cdp_behavioral_events",
        "SELECT c360.profile('acme', 'email', 'a@example.com')",
        "SELECT tenant_acme.profile('email', 'a@example.com')",
        "SELECT c360_v1.page('{}')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            gateway.execute(statement)
        gateway.rollback()


def test_receive_needs_a_live_key_and_knows_its_endpoints(gateway, connect):
    owner, key = connect(), "c360_wk_test"
    hashed = hashlib.sha256(key.encode()).digest()
    owner.call("c360.create_api_key", "acme", "web", "write", "web", hashed, "c360_wk_te", [])
    owner.commit()
    body = json.dumps(page("m1"))

    assert gateway.call("c360_v1.receive", hashed, "page", body)["accepted"] == 1
    assert gateway.call("c360_v1.receive", None, "page", json.dumps(page("m2", writeKey=key)))["accepted"] == 1
    gateway.commit()
    for arguments, sqlstate in (
        ((b"\0" * 32, "page", body), "U1401"),
        ((None, "page", body), "U1401"),
        ((None, "page", "[" * 200_000), "U1401"),
        ((None, "page", "[]"), "U1401"),
        ((hashed, "nothing", body), "U1009"),
        ((hashed, None, body), "U1009"),
        ((hashed, "page", None), "U1001"),
    ):
        with pytest.raises(psycopg.Error) as caught:
            gateway.call("c360_v1.receive", *arguments)
        assert caught.value.sqlstate == sqlstate
        gateway.rollback()
    assert event_count(connect()) == 2
