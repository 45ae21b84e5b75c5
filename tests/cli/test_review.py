"""`c360 review`, and the commands of `c360 profile` and `c360 identity` that decide and explain."""

import json

import pytest

from c360.governance.tenants import as_owner, sync_tenant
from support.observations import DAY_ONE, master_of, observe, partition, resolve


@pytest.fixture
def people(connect):
    """Two golden records, and a review about them."""
    session = connect(autocommit=True)
    first = observe(session, user_id="u1", email="an@shop.vn", traits={"firstName": "An"})
    near = observe(session, source="crm", email="AN@shop.vn", phone="+84912345678")
    resolve(session)
    second = observe(
        session, user_id="u2", email="binh@shop.vn", loyalty_id="[b]7", traits={"firstName": "Binh\x1b[2J"}
    )
    resolve(session)
    session.execute(
        "INSERT INTO tenant_acme.cdp_match_reviews"
        " (low_raw_profile_id, high_raw_profile_id, rule, obstacle, score, opened_at)"
        " VALUES (%s, %s, 'names', 'conflict:user_id', 0.9, %s)",
        first,
        second,
        DAY_ONE,
    )
    return session, first, near, second


def test_reviews_are_listed_and_shown_with_both_sides(c360, database, people):
    listed = c360("review", "list", "acme", "--dsn", database.dsn)
    shown = c360("review", "show", "acme", "1", "--dsn", database.dsn)

    assert "conflict:user_id" in listed.stdout
    assert "0.900" in listed.stdout
    assert shown.returncode == 0
    assert "in the way: conflict:user_id" in shown.stdout
    assert "user_id: these contradict each other: u1 and u2" in shown.stdout
    assert "\x1b" not in listed.stdout + shown.stdout


def test_an_accepted_review_tells_what_became_of_the_golden_records(c360, database, people):
    session, first, near, second = people
    younger = master_of(session, second)

    foreseen = c360("review", "accept", "acme", "1", "--dry-run", "--dsn", database.dsn)
    done = c360("review", "accept", "acme", "1", "--reason", "called them", "--dsn", database.dsn)
    again = c360("review", "accept", "acme", "1", "--dsn", database.dsn)

    assert f"merged  {younger} into {master_of(session, first)}" in done.stdout
    assert foreseen.stdout == done.stdout
    assert "nothing was changed" in foreseen.stderr
    assert partition(session) == {frozenset({first, near, second})}
    assert (again.returncode, again.stderr[:5]) == (1, "U2303")


def test_a_rejected_review_is_listed_among_the_overrides_and_can_be_withdrawn(c360, database, people):
    rejected = json.loads(c360("review", "reject", "acme", "1", "--json", "--dsn", database.dsn).stdout)
    listed = c360("review", "overrides", "acme", "--dsn", database.dsn)
    number = str(rejected["link_override_id"])
    withdrawn = c360("review", "withdraw", "acme", number, "--dsn", database.dsn)
    again = c360("review", "withdraw", "acme", number, "--dsn", database.dsn)

    assert "cannot_link" in listed.stdout
    assert (withdrawn.returncode, again.returncode) == (0, 1)
    assert "no override" in again.stderr


def test_observations_may_be_decided_about_without_a_review(c360, database, people):
    session, first, near, second = people

    done = c360("review", "decide", "acme", "must_link", f"{first},{near}", str(second), "--dsn", database.dsn)

    assert done.returncode == 0
    assert partition(session) == {frozenset({first, near, second})}


def test_profiles_are_merged_and_split_by_hand(c360, database, people):
    session, first, near, second = people

    merged = c360("profile", "merge", "acme", "user_id=u1", "user_id=u2", "--dsn", database.dsn)
    split = c360(
        "profile",
        "split",
        "acme",
        "user_id=u1",
        "--observation",
        str(second),
        "--reason",
        "twins",
        "--dsn",
        database.dsn,
    )

    assert merged.returncode == 0
    assert f"leave: {second}" in split.stdout
    assert f"stay:  {first}, {near}" in split.stdout
    assert partition(session) == {frozenset({first, near}), frozenset({second})}


def test_profiles_are_split_by_identifier(c360, database, people):
    session, first, near, _ = people

    done = c360(
        "profile", "split", "acme", "user_id=u1", "--identifier", "phone=+84912345678", "--json", "--dsn", database.dsn
    )

    assert json.loads(done.stdout)["left"] == [near]
    assert master_of(session, first) != master_of(session, near)


def test_an_explained_profile_is_a_tree_on_the_founding_observation(c360, database, people):
    _, first, near, _ = people

    done = c360("profile", "explain", "acme", "user_id=u1", "--dsn", database.dsn)

    lines = done.stdout.splitlines()
    founder = next(line for line in lines if f"observation {first} " in line)
    hanging = next(line for line in lines if f"observation {near} " in line)
    assert "founding observation" in founder
    assert "exact:email an@shop.vn" in hanging
    assert hanging.index("observation") > founder.index("observation")


def test_a_link_and_a_missing_link_are_explained(c360, database, people):
    _, first, near, second = people

    linked = c360("identity", "explain", "acme", str(first), str(near), "--dsn", database.dsn)
    apart = c360("identity", "explain", "acme", "user_id=u1", str(second), "--dsn", database.dsn)

    assert f'{first} -> {near}  exact:email an@shop.vn  (sent as "an@shop.vn" and "AN@shop.vn")' in linked.stdout
    assert "are two persons:" in apart.stdout
    assert "exact:email: the values differ: an@shop.vn and binh@shop.vn" in apart.stdout
    assert "exact:loyalty_id: one of them has none: none and [b]7" in apart.stdout


@pytest.mark.parametrize(
    "arguments",
    [("list", "acme", "--status", "done"), ("decide", "acme", "must_link", "a", "b")],
)
def test_wrong_usage_is_said_to_be_wrong(c360, database, arguments):
    done = c360("review", *arguments, "--dsn", database.dsn)

    assert done.returncode == 2


def test_a_review_that_there_is_not_is_refused(c360, database):
    done = c360("review", "show", "acme", "99", "--dsn", database.dsn)

    assert (done.returncode, done.stderr[:5]) == (1, "U2302")


def test_a_rebuild_prints_what_differs_and_a_dry_run_the_same(c360, database, people):
    session, first, near, _ = people
    with as_owner(session.connection):
        session.execute(
            "INSERT INTO c360.blocked_values (tenant, identifier_type, pattern, reason)"
            " VALUES ('acme', 'email', 'an@shop\\.vn', 'the shop')"
        )
        sync_tenant(session.connection, "acme")

    foreseen = c360("identity", "rebuild", "acme", "--dry-run", "--dsn", database.dsn)
    kept = partition(session)
    done = c360("identity", "rebuild", "acme", "--dsn", database.dsn)
    again = c360("identity", "rebuild", "acme", "--dsn", database.dsn)

    assert frozenset({first, near}) in kept
    assert master_of(session, first) != master_of(session, near)
    assert f"moved   observation {near}: {master_of(session, first)} ->" in foreseen.stdout
    assert f"split   {master_of(session, near)} from {master_of(session, first)}" in done.stdout
    assert "3 observations; " in done.stderr
    assert "1 split" in done.stderr
    assert again.stdout == "no golden record changes\n"
