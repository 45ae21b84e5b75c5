"""Scores that cross a line and people who fall silent: what sets a rule off once, and what does not."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest

from activation.conftest import RULE
from c360.governance.tenants import as_owner
from support.observations import resolve

LINE = {"score_crossed": {"score": "engagement", "above": 1.5}}
SILENCE = {"no_event": {"event": "Order Completed", "days": 2}}


@pytest.fixture
def since(activations):
    """since(hours, name, **definition): a rule that has been there for so long, and has looked at everybody."""

    def make(hours, name="cart", **definition):
        activations.db.call("c360.set_activation_rule", "acme", name, RULE | definition)
        with as_owner(activations.db.connection):
            activations.db.execute(
                "UPDATE c360.activation_rules SET active_since = now() - make_interval(hours => %s)", hours
            )
        assert activations.work()["requested"] == 0

    return make


def merge(activations, survivor, other):
    return activations.db.call(
        "c360.merge_profiles", "acme", activations.id_of(survivor), activations.id_of(other), "same"
    )


def split(activations, survivor, other):
    activations.db.call(
        "c360.split_profile", "acme", activations.id_of(survivor), None, "user_id", other, "not the same"
    )


def waiting(db):
    return db.rows("SELECT trigger_key, due_at FROM tenant_acme.cdp_activation_queue ORDER BY 1")


def pass_of_the_hour(db):
    while db.call("c360.refresh_segments", "acme")["has_more"]:
        pass


def test_a_score_that_crosses_the_line_sets_a_rule_off_once_a_crossing(activations, since):
    activations.does("an", "Seen")
    activations.work()
    since(0, when=LINE)

    activations.does("an", "Seen")
    assert activations.work(0.1)["requested"] == 1
    activations.does("an", "Seen")
    pass_of_the_hour(activations.db)
    assert activations.work(0.2)["requested"] == 0

    (told,) = activations.told()
    assert told["profile_id"] == activations.id_of("an")
    assert told["set_off_by"].startswith("score:")


def test_who_was_beyond_when_the_rule_was_made_sets_nothing_off_and_a_new_customer_does(activations, since):
    for _ in range(2):
        activations.does("an", "Seen")
    activations.work()
    with as_owner(activations.db.connection):
        activations.db.execute("SET LOCAL c360.internal_write = 'on'")
        activations.db.execute("UPDATE tenant_acme.cdp_master_profiles SET created_at = created_at - interval '1 day'")
    since(0, when=LINE)
    activations.does("an", "Seen")
    for _ in range(2):
        activations.does("binh", "Seen")

    assert activations.work(0.1)["requested"] == 1
    assert [told["profile_id"] for told in activations.told()] == [activations.id_of("binh")]


def test_a_score_that_went_back_while_the_rule_waited_sets_nothing_off_and_the_next_crossing_does(activations, since):
    db = activations.db
    activations.does("an", "Seen")
    activations.work()
    since(0, when=LINE)
    activations.does("an", "Seen")
    resolve(db)
    db.call("c360.refresh_profiles", "acme")
    db.call("c360.set_engagement", "acme", None, {"Seen": 0.1})
    assert activations.work(0.1)["requested"] == 0
    assert activations.decided() == [["score_back"]]

    db.call("c360.set_engagement", "acme", None, {"Seen": 5})
    assert activations.work(0.2)["requested"] == 1


def test_merge_and_split_of_somebody_beyond_the_line_are_no_crossing(activations, since):
    since(0, when=LINE)
    for who in ("an", "an", "binh"):
        activations.does(who, "Seen")
    assert activations.work(0.1)["requested"] == 1
    merge(activations, "binh", "an")
    assert activations.work(0.2)["requested"] == 0

    split(activations, "binh", "an")
    assert activations.work(0.3)["requested"] == 0


def test_who_is_silent_for_n_days_sets_a_rule_off_once_a_silence(activations, since):
    since(0, when=SILENCE)
    activations.does("an", "Order Completed")
    activations.does("binh", "Cart Viewed")

    assert activations.work(47)["requested"] == 0
    assert activations.work(49)["requested"] == 1
    activations.does("an", "Cart Viewed", hours=0.001)
    assert activations.work(49) == {"requested": 0, "refused": 0, "held": 0}
    assert [told["profile_id"] for told in activations.told()] == [activations.id_of("an")]
    assert activations.told()[0]["set_off_by"].startswith("silence:")


def test_an_event_that_fills_the_gap_moves_the_silence_and_one_from_before_does_not(activations, since):
    since(0, when=SILENCE)
    activations.does("an", "Order Completed", hours=-10)
    activations.work()
    before = waiting(activations.db)
    activations.does("an", "Order Completed", hours=-20)
    activations.work()
    assert waiting(activations.db) == before

    activations.does("an", "Order Completed", hours=-1)
    assert activations.work(40) == {"requested": 0, "refused": 0, "held": 0}
    assert len(waiting(activations.db)) == 1
    assert activations.work(48)["requested"] == 1


def test_a_gap_filled_by_what_nobody_has_noted_yet_is_seen_when_it_is_decided(activations, since):
    db = activations.db
    since(0, when=SILENCE)
    activations.does("an", "Order Completed", hours=-10)
    activations.work()
    activations.does("an", "Order Completed", hours=-1)
    resolve(db)

    told = db.call("c360.run_activations", "acme", 500, activations.now + timedelta(hours=40))

    assert (told["requested"], told["refused"]) == (0, 1)
    assert [sorted(reasons) for reasons in activations.decided()] == [["not_silent", "superseded"]]


def test_an_event_that_comes_late_from_before_a_contact_contacts_nobody_again(activations):
    activations.rule(when={"no_event": {"event": "Cart Viewed", "days": 1}}, expires_after="7 days")
    activations.does("an", hours=-30)
    assert activations.work()["requested"] == 1

    activations.does("an", hours=-28)

    assert activations.work()["requested"] == 0
    told = activations.db.call("c360.agent_context", "acme", "user_id", "an", "service")
    assert told["next_best_action"] is None
    activations.does("an")
    activations.work()
    assert activations.work(hours=25)["requested"] == 1


def test_silence_that_was_over_before_the_rule_sets_nothing_off_and_one_that_goes_on_does(activations, since):
    activations.does("an", "Order Completed", hours=-60)
    activations.does("binh", "Order Completed", hours=-30)
    activations.work()
    since(0, when=SILENCE)

    assert activations.work(19)["requested"] == 1
    assert [told["profile_id"] for told in activations.told()] == [activations.id_of("binh")]


def test_silence_survives_merge_and_split(activations, since):
    db = activations.db
    since(0, when=SILENCE)
    activations.does("an", "Order Completed", hours=-10)
    activations.does("binh", "Order Completed", hours=-1)
    assert activations.work(39)["requested"] == 1
    merge(activations, "binh", "an")
    assert activations.work(48)["requested"] == 0, "the person they are was contacted since"
    split(activations, "binh", "an")
    assert activations.work(39) == {"requested": 0, "refused": 0, "held": 0}
    assert len(waiting(db)) == 1

    assert activations.work(48)["requested"] == 1
    assert {told["profile_id"] for told in activations.told()} == {activations.id_of(who) for who in ("an", "binh")}
    assert activations.work(90)["requested"] == 0


def test_both_kinds_are_in_preview_and_why(activations, since):
    db = activations.db
    activations.does("an", "Order Completed", hours=-60)
    activations.does("an", "Seen")
    activations.does("binh", "Order Completed", hours=-1)
    activations.does("chi", "Seen")
    activations.work()
    db.call("c360.set_activation_rule", "acme", "cart", RULE | {"when": SILENCE})
    db.call("c360.set_activation_rule", "acme", "line", RULE | {"when": LINE})

    silent = db.call("c360.preview_activation", "acme", "cart")
    beyond = db.call("c360.preview_activation", "acme", "line")

    assert (silent["considered"], silent["reached"]) == (1, 1)
    assert (beyond["considered"], beyond["reached"]) == (1, 1)
    for rule, who, reasons in (
        ("cart", "an", []),
        ("cart", "binh", ["not_silent"]),
        ("cart", "chi", ["not_silent"]),
        ("line", "chi", ["score_back"]),
    ):
        assert db.call("c360.explain_activation", "acme", rule, "user_id", who)["now"]["reasons"] == reasons


def test_a_new_rule_looks_at_everybody_in_steps_and_a_removed_one_leaves_nothing(activations):
    db = activations.db
    for who in ("an", "binh"):
        activations.does(who, "Seen")
        activations.does(who, "Seen")
    activations.work()
    activations.db.call("c360.set_activation_rule", "acme", "line", RULE | {"when": LINE})

    db.execute("SELECT set_config('search_path', 'pg_catalog, tenant_acme, pg_temp', true)")
    steps = [db.call("c360._look_at_everybody", "acme", 1) for _ in range(4)]

    assert steps == [True, True, True, False]
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_activation_sides") == 2
    db.call("c360.remove_activation_rule", "acme", "line")
    activations.work()
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_activation_sides") == 0
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_activation_passes") == 0


def test_what_is_decided_while_it_is_noted_again_is_decided_once(connect, in_background, wait_until_blocked):
    from activation.conftest import Activations

    alice, bob = connect(), connect()
    work = Activations(alice)
    work.rule()
    work.does("an")
    resolve(alice)
    alice.call("c360.refresh_profiles", "acme")
    work.does("an", "Seen")
    resolve(alice)
    alice.commit()

    assert alice.call("c360.run_activations", "acme")["requested"] == 1
    noting = in_background(bob.call, "c360.refresh_profiles", "acme")
    wait_until_blocked(bob)
    alice.commit()
    noting.result()
    bob.commit()
    again = alice.call("c360.run_activations", "acme")

    assert (again["requested"], again["refused"], again["has_more"]) == (0, 0, False)
    assert alice.value("SELECT count(*) FROM tenant_acme.cdp_activations") == 1


def test_retention_removes_decisions_but_not_what_a_cap_or_once_per_counts(activations):
    db = activations.db
    activations.rule("plain")
    activations.rule("rare", channel="sms", once_per="30 days")
    activations.rule("capped", channel="email", cap={"count": 1, "within": "20 days"})
    activations.does("an")
    assert activations.work()["requested"] == 3
    db.execute(
        "UPDATE tenant_acme.cdp_activations SET decided_at = decided_at - interval '10 days',"
        " expires_at = expires_at - interval '10 days'"
    )
    db.call("c360.set_retention", "acme", "activations", "1 day")

    dry = db.call("c360.apply_retention", "acme", p_dry_run=True)["kinds"]["activations"]
    assert dry["removed"] == 1
    db.call("c360.apply_retention", "acme")

    assert db.column("SELECT rule FROM tenant_acme.cdp_activations ORDER BY 1") == ["capped", "rare"]
    activations.does("an", hours=0.001)
    activations.work(1)
    assert (activations.decided("rare"), activations.decided("capped")) == ([[], ["once_per"]], [[], ["cap"]])


def test_what_is_no_longer_kept_is_not_decided_again(activations, since):
    db = activations.db
    since(500, when=SILENCE)
    activations.does("an", "Order Completed", hours=-120)
    assert activations.work()["refused"] == 0
    activations.rule("event", when={"event": "Order Completed"})
    activations.does("an", "Seen")

    assert activations.work() == {"requested": 0, "refused": 0, "held": 0}
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_activation_queue") == 0


@pytest.mark.parametrize(
    "when",
    [
        {"no_event": "Order Completed"},
        {"no_event": {"event": "", "days": 3}},
        {"no_event": {"event": "A", "days": 0}},
        {"no_event": {"event": "A", "days": 367}},
        {"no_event": {"event": "A", "days": 3, "hours": 1}},
        {"no_event": {"event": "A", "days": 3}, "wait": "1 day"},
        {"score_crossed": {"score": "clv"}},
        {"score_crossed": {"score": "clv", "above": "5"}},
        {"score_crossed": {"score": "clv", "above": 5, "below": 1}},
        {"score_crossed": {"score": "password", "above": 5}},
        {"score_crossed": {"above": 5}},
        {"score_crossed": {"score": "clv", "above": None}},
    ],
)
def test_a_line_or_silence_that_cannot_be_right_is_refused(activations, when):
    with pytest.raises(psycopg.Error) as refused:
        activations.db.call("c360.set_activation_rule", "acme", "cart", RULE | {"when": when})

    assert refused.value.sqlstate == "U2520"


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e-400"])
def test_a_line_that_no_score_can_be_compared_with_is_refused(activations, number):
    line = {"score": "clv", "above": 0}
    definition = json.dumps(RULE | {"when": {"score_crossed": line}}).replace("0}", number + "}")

    with pytest.raises(psycopg.Error) as refused:
        activations.db.row("SELECT c360.set_activation_rule('acme', 'cart', %s::jsonb)", definition)

    assert refused.value.sqlstate == "U2520"
