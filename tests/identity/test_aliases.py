"""An alias says that one user id is another from now on: it joins two user ids, and no strangers without bound."""

from itertools import permutations

import pytest

from c360.governance.tenants import as_owner, sync_tenant
from support.events import identify, ingest
from support.invariants import broken
from support.observations import observe, resolve


def alias(user_id, previous_id):
    return {"type": "alias", "userId": user_id, "previousId": previous_id}


def persons(db):
    """User ids and addresses of each golden record."""
    return set(
        db.column(
            "SELECT string_agg(DISTINCT value, ' ' ORDER BY value) FROM tenant_acme.cdp_identifiers"
            " WHERE identifier_type IN ('user_id', 'email') GROUP BY master_profile_id"
        )
    )


def refused(db):
    return db.column(
        "SELECT DISTINCT obstacle FROM tenant_acme.cdp_match_reviews WHERE rule = 'alias' AND status = 'open'"
    )


KNOWN = [identify("old", email="lan@shop.vn"), alias("new", "old"), identify("new", phone="+84912345678")]
CYCLE = [identify("a"), identify("b"), alias("a", "b"), alias("b", "a")]
COOKIE = [{"type": "page", "anonymousId": "c1"}, alias("u1", "c1"), identify("u1", email="lan@shop.vn")]
STRANGERS = [
    identify("u1", firstName="Lan", lastName="Nguyen"),
    identify("u2", firstName="Hung", lastName="Tran"),
    alias("u2", "u1"),
]
BORN = [identify("u1", birthday="1990-04-12"), identify("u2", birthday="1971-11-30"), alias("u2", "u1")]
NOBODY = [identify("u1"), alias("u1", "null"), identify("u2"), alias("u2", "null")]
UNKNOWN = [identify("u1"), alias("u1", "s1"), identify("u2"), alias("u2", "s2")]
BOTH = [identify("u0"), identify("u1"), identify("u2"), alias("u1", "u0"), alias("u2", "u0")]


@pytest.mark.parametrize(
    ("events", "expected", "obstacles"),
    [
        pytest.param(KNOWN, {"lan@shop.vn new old"}, [], id="a customer who got another user id"),
        pytest.param(CYCLE, {"a b"}, [], id="two ids that are each an alias of the other"),
        pytest.param(COOKIE, {"lan@shop.vn u1"}, [], id="a visitor who was anonymous before"),
        pytest.param([identify("u1"), alias("u1", "u1")], {"u1"}, [], id="an alias of oneself"),
        pytest.param(NOBODY, {"u1", "u2"}, [], id="aliases of nobody"),
        pytest.param(UNKNOWN, {"u1", "u2"}, [], id="aliases of ids that were never seen"),
        pytest.param(STRANGERS, {"u1", "u2"}, ["conflict:name"], id="an alias of somebody else by name"),
        pytest.param(BORN, {"u1", "u2"}, ["conflict:birth_date"], id="an alias of somebody else by day of birth"),
        pytest.param(BOTH, {"u0", "u1", "u2"}, ["limit:alias"], id="one id that two customers are said to have had"),
    ],
)
def test_what_an_alias_joins_depends_on_the_events_alone(db, events, expected, obstacles):
    for number, order in enumerate(list(permutations(events))[:: 7 if len(events) > 3 else 1]):
        for event in order:
            ingest(db, event)
            if number % 2:
                resolve(db)
        resolve(db)

        assert (persons(db), refused(db), broken(db)) == (expected, obstacles, {})
        db.call("c360.rebuild_identities", "acme")
        resolve(db)
        assert (persons(db), refused(db), broken(db)) == (expected, obstacles, {})
        db.rollback()


@pytest.mark.parametrize(
    ("pairs", "people"),
    [
        pytest.param([(f"u{n + 1}", f"u{n}") for n in range(4)], 1, id="five ids one after the other"),
        pytest.param([(f"u{n + 1}", f"u{n}") for n in range(5)], 6, id="six ids one after the other"),
        pytest.param([("u0", f"u{n}") for n in range(1, 20)], 20, id="twenty ids said to be one"),
        pytest.param([(f"u{n}", "u0") for n in range(1, 20)], 20, id="one id said to be twenty"),
    ],
)
def test_aliases_make_one_person_of_five_user_ids_at_most(db, pairs, people):
    ingest(db, *(identify(user) for user in sorted({user for pair in pairs for user in pair})))
    for pair in pairs:
        ingest(db, alias(*pair))
        resolve(db)

    assert len(persons(db)) == people
    assert refused(db) == ([] if people == 1 else ["limit:alias"])


@pytest.fixture
def renamed(db):
    """A customer who got another user id: what was seen of the old one, the alias, what was seen of the new one."""
    ingest(db, *KNOWN)
    resolve(db)
    return db.column(
        "SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles ORDER BY traits ? 'phone', traits = '{}', 1"
    )


def test_an_alias_is_named_where_the_link_is_explained(db, renamed):
    path = db.call("c360.explain_link", "acme", *(str(end) for end in renamed[:3:2]))["path"]

    assert [(step["rule"], step["value"]) for step in path] == [("alias", "old"), ("exact:user_id", "new")]
    assert "alias" in db.column("SELECT rule FROM tenant_acme.cdp_profile_links")


def split(db, renamed):
    profile = db.value("SELECT master_profile_id FROM tenant_acme.cdp_profile_links LIMIT 1")
    db.call("c360.split_profile", "acme", profile, None, "user_id", "old")


def forbid(db, renamed):
    db.call("c360.set_link_override", "acme", "cannot_link", renamed[:1], renamed[2:])


@pytest.mark.parametrize("undo", [split, forbid], ids=["split", "told apart"])
@pytest.mark.parametrize("later", [identify("old", city="Hue"), alias("new", "old")], ids=["seen again", "said again"])
def test_what_a_person_decides_wins_over_an_alias_for_good(db, renamed, undo, later):
    undo(db, renamed)
    override = db.value("SELECT max(link_override_id) FROM tenant_acme.cdp_link_overrides")
    ingest(db, {**later, "context": {"device": {"id": "tablet"}}})
    resolve(db)

    for _ in range(2):
        assert persons(db) == {"lan@shop.vn old", "new"}
        assert refused(db) == []
        db.call("c360.rebuild_identities", "acme")
        resolve(db)

    db.call("c360.remove_link_override", "acme", override)
    assert persons(db) == {"lan@shop.vn new old"}


def test_an_identifier_type_of_that_name_is_no_alias(db):
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO c360.identifier_types (tenant, identifier_type, normaliser, priority, profile_limit)"
            " VALUES ('acme', 'previous_id', 'id', 45, 10)"
        )
        sync_tenant(db.connection, "acme")

    observe(db, user_id="u1")
    observe(db, user_id="u2", previous_id="u1")
    resolve(db)

    assert persons(db) == {"u1", "u2"}
