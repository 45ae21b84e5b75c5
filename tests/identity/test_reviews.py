"""Links that wait for a person: shown with both sides, decided once, and the decision counts."""

import psycopg
import pytest

from support.observations import DAY_ONE, master_of, observe, partition, resolve


def open_review(db, first, second, *, rule="names", obstacle="score", score=0.8):
    low, high = sorted((first, second))
    return db.value(
        "INSERT INTO tenant_acme.cdp_match_reviews"
        " (low_raw_profile_id, high_raw_profile_id, rule, obstacle, score, opened_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING match_review_id",
        low,
        high,
        rule,
        obstacle,
        score,
        DAY_ONE,
    )


@pytest.fixture
def pair(db):
    first = observe(db, user_id="u1", email="an@shop.vn", traits={"firstName": "An"})
    second = observe(db, source="crm", phone="+84912345678", traits={"firstName": "Ann"})
    resolve(db)
    return first, second


def reviews(db, **named):
    return db.call_rows("c360.match_reviews", "acme", **named)


def refused(db, function, *arguments):
    with pytest.raises(psycopg.Error) as error:
        db.call(function, "acme", *arguments)
    return error.value.sqlstate


def test_what_waits_is_listed_surest_first_with_both_sides(db, pair):
    other = observe(db, user_id="u3")
    resolve(db)
    unsure = open_review(db, pair[0], other, score=0.6)
    sure = open_review(db, *pair, obstacle="conflict:user_id", score=0.9)

    listed = reviews(db)

    assert [review["match_review_id"] for review in listed] == [sure, unsure]
    assert listed[0]["obstacle"] == "conflict:user_id"
    assert listed[0]["first"]["raw_profile_id"] == pair[0]
    assert listed[0]["second"]["source"] == "crm"
    assert {held["identifier_type"]: held["value"] for held in listed[0]["first"]["identifiers"]} == {
        "user_id": "u1",
        "email": "an@shop.vn",
    }
    assert [review["match_review_id"] for review in reviews(db, p_limit=1)] == [sure]


def test_an_accepted_review_makes_the_two_one(db, pair):
    number = open_review(db, *pair)

    answer = db.call("c360.accept_review", "acme", number, "called them")

    assert partition(db) == {frozenset(pair)}
    assert (answer["status"], answer["kind"], len(answer["merged"])) == ("accepted", "must_link", 1)
    decided = reviews(db, p_review_id=number)[0]
    assert (decided["status"], decided["decided_by"]) == ("accepted", "dba")
    override = db.call_rows("c360.link_overrides", "acme")[0]
    assert (override["reason"], override["set_by"]) == ("called them", "dba")
    assert reviews(db) == []


def test_a_rejected_review_keeps_them_two_whatever_comes(db, pair):
    number = open_review(db, *pair)

    db.call("c360.reject_review", "acme", number)
    bridge = observe(db, email="an@shop.vn", phone="+84912345678")
    resolve(db)

    assert reviews(db, p_review_id=number)[0]["status"] == "rejected"
    assert not any(set(pair) <= part for part in partition(db))
    assert any(bridge in part for part in partition(db))


def test_a_dry_run_decides_nothing(db, pair):
    number = open_review(db, *pair)

    foreseen = db.call("c360.accept_review", "acme", number, "", True)

    assert len(foreseen["merged"]) == 1
    assert reviews(db)[0]["status"] == "open"
    assert len(partition(db)) == 2


@pytest.mark.parametrize("function", ["c360.accept_review", "c360.reject_review"])
def test_a_review_is_decided_once(db, pair, function):
    number = open_review(db, *pair)
    db.call("c360.reject_review", "acme", number)

    assert refused(db, function, number) == "U2303"


@pytest.mark.parametrize("function", ["c360.accept_review", "c360.reject_review"])
def test_a_review_that_is_not_there_cannot_be_decided(db, function):
    assert refused(db, function, 999999) == "U2302"


def test_a_decision_taken_back_is_no_decision_of_the_review_any_more(db, pair):
    number = open_review(db, *pair)
    answer = db.call("c360.reject_review", "acme", number)

    db.call("c360.remove_link_override", "acme", answer["link_override_id"])

    assert reviews(db, p_review_id=number)[0]["status"] != "rejected"


def test_reviews_show_masked_values_masked(db):
    first = observe(db, user_id="u1", national_id="012345678901")
    second = observe(db, user_id="u2")
    resolve(db)
    open_review(db, first, second)

    shown = str(reviews(db))

    assert "012345678901" not in shown
    assert "****8901" in shown


def test_a_reader_sees_reviews_and_decides_none(db, pair):
    number = open_review(db, *pair)
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute("GRANT c360_acme_reader TO dba")
    db.execute("RESET ROLE")

    db.execute("SET LOCAL ROLE c360_acme_reader")
    seen = db.call_rows("tenant_acme.match_reviews")
    with pytest.raises(psycopg.Error) as error:
        db.call("tenant_acme.accept_review", number)

    assert len(seen) == 1
    assert error.value.sqlstate == "42501"


def test_two_people_who_decide_at_once_are_told_apart(connect, in_background, wait_until_blocked):
    alice, bob = connect(), connect()
    first, second = observe(alice, user_id="u1"), observe(alice, user_id="u2", traits={"firstName": "An"})
    resolve(alice)
    number = open_review(alice, first, second)
    alice.commit()

    alice.call("c360.accept_review", "acme", number)
    waiting = in_background(bob.call, "c360.reject_review", "acme", number)
    wait_until_blocked(bob)
    alice.commit()

    with pytest.raises(psycopg.Error) as error:
        waiting.result()
    assert error.value.sqlstate == "U2303"
    assert partition(alice) == {frozenset({first, second})}


def test_who_decides_waits_for_the_resolver_and_sees_what_it_did(connect, in_background, wait_until_blocked):
    resolver, steward = connect(), connect()
    first, second = observe(resolver, user_id="u1", email="a@s.vn"), observe(resolver, user_id="u2")
    resolve(resolver)
    third = observe(resolver, email="a@s.vn")
    resolver.commit()
    ids = [master_of(resolver, raw) for raw in (first, second)]

    resolver.call("c360.resolve_identities", "acme")
    waiting = in_background(steward.call, "c360.merge_profiles", "acme", *ids)
    wait_until_blocked(steward)
    resolver.commit()
    waiting.result()
    steward.commit()

    assert partition(steward) == {frozenset({first, second, third})}


def test_the_resolver_goes_elsewhere_while_somebody_decides(connect):
    steward, resolver = connect(), connect()
    first, second = observe(steward, user_id="u1"), observe(steward, user_id="u2")
    resolve(steward)
    steward.commit()

    steward.call("c360.set_link_override", "acme", "must_link", [first], [second])

    assert resolver.call("c360.resolve_identities", "acme")["busy"] is True


def test_a_decision_that_breaks_off_leaves_nothing_half(connect):
    steward, witness = connect(), connect()
    first, second = observe(steward, user_id="u1"), observe(steward, user_id="u2")
    resolve(steward)
    steward.commit()

    steward.call("c360.set_link_override", "acme", "must_link", [first], [second])
    witness.execute("SELECT pg_terminate_backend(%s)", steward.pid)

    assert partition(witness) == {frozenset({first}), frozenset({second})}
    assert witness.value("SELECT count(*) FROM tenant_acme.cdp_link_overrides") == 0
    assert witness.call("c360.resolve_identities", "acme")["claimed"] == 0
