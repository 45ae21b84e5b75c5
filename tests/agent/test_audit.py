"""Every call is kept: who, when, about whom, what for, which kinds of data; and nothing of what was told."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest

from c360.governance.tenants import as_owner


def calls(db, *arguments):
    return db.records("SELECT * FROM c360.agent_calls('acme'" + ", %s" * len(arguments) + ")", *arguments)


def test_a_call_is_kept_with_kinds_of_data_and_without_values(an, told):
    an.rule("offer", when={"segment_entered": "hue"})
    an.segment("hue", "city = 'Hue'")
    answer = told("an", channel="zalo")
    told("an", "marketing")

    refused, allowed = calls(an.db)
    assert (allowed["caller"], allowed["via"], allowed["purpose"], allowed["channel"]) == (
        "dba",
        "sql",
        "service",
        "zalo",
    )
    assert str(allowed["profile_id"]) == answer["profile_id"]
    assert allowed["given"] == ["profile", "scores", "segments", "last_events", "consents", "next_best_action"]
    assert (refused["is_allowed"], refused["given"]) == (False, ["consents", "do_not"])
    row = json.dumps(an.db.records("SELECT * FROM tenant_acme.cdp_agent_calls"), default=str)
    assert "shop.vn" not in row
    assert "Hue" not in row


def test_calls_about_a_person_are_found_under_ids_that_were_merged_into_theirs(an, told):
    an.does("binh", "Seen")
    an.does("chi", "Seen")
    an.work()
    for who in ("an", "binh", "chi"):
        told(who)
    an.db.call("c360.merge_profiles", "acme", an.id_of("an"), an.id_of("binh"), "same")

    assert len(calls(an.db, "user_id", "binh")) == 2
    assert len(calls(an.db, None, None, 1)) == 1
    assert len(calls(an.db)) == 3


@pytest.mark.parametrize("right", ["reader", "writer"])
def test_only_administrators_of_the_tenant_see_who_asked(connect, an, told, right):
    told("an")
    an.db.commit()
    person = connect("c360_authenticator")
    person.execute(f"SET LOCAL ROLE c360_acme_{right}")

    for query in ("SELECT * FROM tenant_acme.agent_calls()", "SELECT * FROM tenant_acme.cdp_agent_calls"):
        with pytest.raises(psycopg.Error) as refused, person.connection.transaction():
            person.rows(query)
        assert refused.value.sqlstate == "42501"
    assert person.call("tenant_acme.agent_context", "user_id", "an", "service")["is_allowed"]

    person.execute("SET LOCAL ROLE c360_acme_admin")
    last, _ = person.records("SELECT * FROM tenant_acme.agent_calls()")
    assert last["caller"] == f"c360_acme_{right}"


def test_calls_are_kept_for_a_year_or_as_long_as_the_tenant_says(an, told):
    db = an.db
    for days in (5, 100, 370):
        told("an")
        with as_owner(db.connection):
            db.execute(
                "UPDATE tenant_acme.cdp_agent_calls SET called_at = now() - %s WHERE called_at = now()",
                timedelta(days=days),
            )

    assert (
        db.call("c360.apply_retention", "acme", "agent_calls", p_dry_run=True)["kinds"]["agent_calls"]["removed"] == 1
    )
    db.call("c360.set_retention", "acme", "agent_calls", timedelta(days=90))
    db.call("c360.apply_retention", "acme", "agent_calls")
    assert len(calls(db)) == 1

    with pytest.raises(psycopg.Error) as refused:
        db.call("c360.set_retention", "acme", "agent_calls", timedelta(days=89))
    assert refused.value.sqlstate == "U4430"
