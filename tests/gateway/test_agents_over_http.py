"""The context of a person over HTTP: for agent and secret keys, each call with the name of the key."""

from __future__ import annotations

import uuid

import pytest

from activation.conftest import Activations

PATHS = ("/rpc/agent/context", "/rpc/agent_context")
ASKED = {"identifierType": "user_id", "value": "an", "purpose": "service"}


@pytest.fixture
def work(connect):
    work = Activations(connect())
    work.webhook("llm-agent")
    work.rule(subscription="llm-agent")
    work.does("an", firstName="An", email="an@shop.vn")
    work.work()
    work.db.commit()
    return work


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_an_agent_key_learns_about_a_person_and_its_name_is_kept(http, make_key, work):
    agent, secret = make_key("helper", kind="agent"), make_key("server", kind="secret")
    answers = [http.post(path, json=ASKED, headers=bearer(key)) for path in PATHS for key in (agent, secret)]
    less = http.post(PATHS[0], json=ASKED | {"channel": "zalo", "events": 0, "more": 1}, headers=bearer(agent)).json()

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["profile"]["first_name"] for answer in answers} == {"An"}
    assert less["last_events"] == []
    rows = work.db.rows("SELECT caller, via, channel FROM tenant_acme.cdp_agent_calls ORDER BY agent_call_id")
    assert rows == [(name, "key", None) for name in ("helper", "server") * 2] + [("helper", "key", "zalo")]


def test_what_is_refused_says_why(http, make_key, work):
    agent = bearer(make_key("helper", kind="agent"))
    refused = [
        (ASKED, {}),
        (ASKED, bearer(make_key("web"))),
        (ASKED | {"value": "nobody"}, agent),
        (ASKED | {"purpose": "spying"}, agent),
        (ASKED | {"value": 7}, agent),
        (ASKED | {"channel": 7}, agent),
        (ASKED | {"events": 51}, agent),
        (ASKED | {"events": "many"}, agent),
        ([], agent),
        ({}, agent),
    ]
    answers = [http.post(PATHS[0], json=sent, headers=headers) for sent, headers in refused]

    codes = ["U1401", "U1413", "U2404", "U2511", "U1012", "U1012", "U4426", "U4426", "U1012", "U1012"]
    assert [answer.json()["code"] for answer in answers] == codes
    assert all(answer.json()["hint"] for answer in answers)
    assert http.post(PATHS[0], content=b"{", headers=agent).json()["code"] == "U1001"
    assert work.db.value("SELECT count(*) FROM tenant_acme.cdp_agent_calls") == 0


def test_an_agent_key_tells_what_became_of_a_contact_and_nothing_else(http, make_key, work):
    agent = bearer(make_key("helper", kind="agent"))
    (sent,) = work.told()
    outcome = {"activationId": sent["activation_id"], "outcome": "replied"}

    assert http.post("/rpc/outcome", json=outcome, headers=agent).json()["is_new"] is True
    unknown = outcome | {"activationId": str(uuid.uuid4())}
    assert http.post("/rpc/outcome", json=unknown, headers=agent).json()["code"] == "U2522"
    for path in ("/v1/track", "/rpc/track", "/v1/batch"):
        refused = http.post(path, json={"batch": [], "userId": "u", "event": "E"}, headers=agent)
        assert (refused.status_code, refused.json()["code"]) == (403, "U1414")
    in_body = {"writeKey": "c360_wk_helper", "userId": "u", "event": "E"}
    assert http.post("/v1/track", json=in_body).json()["code"] == "U1414"
    assert work.db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events WHERE event_name = 'E'") == 0


def test_a_key_of_another_tenant_finds_nobody(http, make_key, work, globex, connect):
    session = connect(autocommit=True)
    session.call("c360.set_consent_purpose", "globex", "service", {"basis": "contract", "allows_by_default": True})
    other = make_key("other", kind="agent", tenant="globex")

    for body in (ASKED, ASKED | {"identifierType": "profile_id", "value": work.id_of("an")}):
        assert http.post(PATHS[0], json=body, headers=bearer(other)).json()["code"] == "U2404"
    assert session.value("SELECT count(*) FROM tenant_acme.cdp_agent_calls") == 0


def test_a_key_that_is_revoked_or_for_another_origin_learns_nothing(http, make_key, work, connect):
    gone, elsewhere = make_key("gone", kind="agent"), make_key("there", kind="agent", origins=["https://a.example"])
    connect(autocommit=True).call("c360.revoke_api_key", "acme", "gone")

    assert http.post(PATHS[0], json=ASKED, headers=bearer(gone)).json()["code"] == "U1401"
    headers = bearer(elsewhere) | {"Origin": "https://evil.example"}
    assert http.post(PATHS[0], json=ASKED, headers=headers).json()["code"] == "U1403"


def test_openapi_tells_an_agent_key_its_two_endpoints(http, make_key, work):
    told = http.get("/", headers=bearer(make_key("helper", kind="agent"))).json()
    answer = http.post(PATHS[0], json=ASKED, headers=bearer(make_key("more", kind="agent"))).json()

    assert set(told["paths"]) == {*PATHS, "/rpc/outcome"}
    assert set(told["components"]["schemas"]["agent_context"]["properties"]) == set(answer)
    assert "cdp_profiles" not in told["components"]["schemas"]
