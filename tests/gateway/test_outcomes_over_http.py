"""What became of a contact over HTTP: for secret keys only."""

from __future__ import annotations

import uuid

from activation.conftest import Activations


def test_a_secret_key_tells_what_became_of_a_contact_and_a_write_key_does_not(http, make_key, connect):
    session = connect()
    work = Activations(session)
    work.rule()
    work.does("an")
    work.work()
    (sent,) = work.told()
    session.commit()
    secret = {"Authorization": f"Bearer {make_key('zalo', kind='secret')}"}
    body = {"activationId": sent["activation_id"], "outcome": "clicked", "timestamp": "2026-05-01T08:00:00Z"}

    told = [http.post("/rpc/outcome", json=body, headers=secret).json()["is_new"] for _ in range(2)]
    refused = [
        (body, {}),
        (body, {"Authorization": f"Bearer {make_key('web')}"}),
        (body | {"activationId": str(uuid.uuid4())}, secret),
        (body | {"activationId": "x"}, secret),
        (body | {"outcome": "x"}, secret),
        (body | {"timestamp": "soon"}, secret),
    ]
    answers = [http.post("/rpc/outcome", json=sent, headers=headers).json()["code"] for sent, headers in refused]

    assert told == [True, False]
    assert answers == ["U1401", "U1413", "U2522", "U2523", "U2523", "U2523"]
    assert http.post("/rpc/outcome", content=b"{", headers=secret).json()["code"] == "U1001"
    row = "SELECT event_name, source, payload ->> 'timestamp' FROM tenant_acme.cdp_behavioral_events"
    assert session.rows(f"{row} WHERE event_name = 'Message Clicked'")[0][:2] == ("Message Clicked", "zalo")
