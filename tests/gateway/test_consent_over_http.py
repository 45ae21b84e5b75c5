"""Answers to purposes over HTTP: with any key, once, on the timeline of the person."""

from __future__ import annotations

from support.observations import resolve


def told(session):
    resolve(session)
    session.commit()
    return session.call("c360.consents", "acme", "user_id", "u1")


def test_a_write_key_grants_and_withdraws_and_a_repeat_counts_once(http, make_key, connect):
    session = connect()
    session.call("c360.set_consent_purpose", "acme", "marketing")
    session.commit()
    key = (make_key(), "")
    yes = {"userId": "u1", "messageId": "c1", "purposes": {"marketing": True}, "timestamp": "2026-05-01T08:00:00Z"}
    no = {"userId": "u1", "messageId": "c2", "purposes": {"marketing": False}, "proof": "form 7", "textVersion": "v2"}

    replies = [http.post(path, json=body, auth=key) for path in ("/rpc/consent", "/v1/consent") for body in (no, yes)]

    assert [(reply.status_code, reply.json()["accepted"]) for reply in replies] == [
        (200, 1),
        (200, 1),
        (200, 0),
        (200, 0),
    ]
    shown = told(session)
    assert [(row["purpose"], row["state"]) for row in shown["purposes"]] == [("marketing", "denied")]
    assert [(row["is_granted"], row["text_version"], row["has_proof"], row["source"]) for row in shown["history"]] == [
        (False, "v2", True, "web"),
        (True, "", False, "web"),
    ]
    timeline = session.column("SELECT event_name FROM tenant_acme.cdp_behavioral_events")
    assert timeline == ["Segment Consent Preference Updated"] * 2


def test_what_says_nothing_is_rejected_and_kept(http, make_key, connect):
    key = (make_key(), "")
    bodies = [
        {"userId": "u1"},
        {"userId": "u1", "purposes": {"marketing": "perhaps"}},
        {"purposes": {"marketing": True}},
    ]

    rejected = [http.post("/rpc/consent", json=body, auth=key).json()["rejected"][0]["code"] for body in bodies]
    unclean = http.post("/rpc/consent", content=b'{"userId": "u1", "purposes": {"m": NaN}}', auth=key)
    deep = http.post("/rpc/consent", json=[{"userId": "u1"}], auth=key)

    assert rejected == ["U1117", "U1117", "U1108"]
    assert unclean.json()["rejected"][0]["code"] == "U1102"
    assert (deep.status_code, deep.json()["code"]) == (400, "U1002")
    assert connect().value("SELECT count(*) FROM tenant_acme.cdp_rejected_events") == 4


def test_batches_say_it_once_for_all_their_events(http, make_key, connect):
    session = connect()
    context = {"consent": {"categoryPreferences": {"marketing": False}}}
    batch = {"context": context, "batch": [{"type": "page", "userId": "u1"}, {"type": "page", "userId": "u2"}]}

    http.post("/v1/batch", json=batch, auth=(make_key(), ""))

    resolve(session)
    session.commit()
    states = session.rows("SELECT purpose, state FROM tenant_acme.cdp_consent_state")
    assert states == [("marketing", "denied")] * 2
