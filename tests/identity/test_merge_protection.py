"""What keeps two persons apart, and what does not: values shared by many, weak identifiers, limits, days of birth."""

import pytest

from support.observations import master_of, observe, partition, resolve


def reviews(db, status="open"):
    return db.rows(
        "SELECT low_raw_profile_id, high_raw_profile_id, rule, obstacle FROM tenant_acme.cdp_match_reviews"
        " WHERE status = %s ORDER BY match_review_id",
        status,
    )


def named(first, last, **traits):
    return {"firstName": first, "lastName": last, **traits}


def people(count):
    """Names that are different persons even coarsely."""
    return [(chr(ord("a") + number) + "an", "zhou") for number in range(count)]


def test_two_addresses_on_one_cookie_are_two_persons_when_nothing_says_otherwise(db):
    first = observe(db, anonymous_id="c1", traits={"email": "an@shop.vn"})
    second = observe(db, anonymous_id="c1", traits={"email": "binh@shop.vn"})

    resolve(db)

    assert partition(db) == {frozenset([first]), frozenset([second])}
    assert [db.call("c360.profile", "acme", "email", f"{who}@shop.vn")["email"] for who in ("an", "binh")] == [
        "an@shop.vn",
        "binh@shop.vn",
    ]


def test_two_addresses_on_one_cookie_are_one_person_when_the_name_says_so(db):
    observe(db, anonymous_id="c1", traits=named("An", "Nguyen", email="an@shop.vn"))
    observe(db, anonymous_id="c1", traits=named("An", "Nguyen", email="an.nguyen@work.vn"))

    resolve(db)

    assert len(partition(db)) == 1


def test_a_cookie_three_people_share_merges_none_of_them_in_any_batch_size(db):
    for who in ("An", "Binh", "Chi"):
        observe(db, anonymous_id="kiosk", traits=named(who, "Tran", email=f"{who}@shop.vn"))
        resolve(db)

    assert len(partition(db)) == 3
    assert db.column("SELECT state FROM tenant_acme.cdp_value_states") == ["divided"]


def test_visits_stay_with_the_visitor_until_a_second_person_uses_the_cookie(db):
    visit = observe(db, anonymous_id="c1", traits={"plan": "free"})
    first = observe(db, anonymous_id="c1", traits=named("An", "Tran", email="an@shop.vn"))
    resolve(db)
    assert master_of(db, visit) == master_of(db, first)

    second = observe(db, anonymous_id="c1", traits=named("Binh", "Ngo", email="binh@shop.vn"))
    resolve(db)

    assert partition(db) == {frozenset([visit]), frozenset([first]), frozenset([second])}


def test_a_value_that_many_persons_send_links_nobody(db):
    for first, last in people(9):
        observe(db, traits=named(first, last, phone="+12025550101"))
        resolve(db)

    assert len(partition(db)) == 9
    assert db.column("SELECT state FROM tenant_acme.cdp_value_states") == ["shared"]


def test_a_value_that_one_person_sends_in_many_spellings_links_all(db):
    for number in range(30):
        observe(db, traits=named("An" + "n" * number, "Tran", email="an@shop.vn"))
    resolve(db, batch_size=7)

    assert len(partition(db)) == 1


@pytest.mark.parametrize("batch_size", [1, 100])
def test_a_widely_shared_value_costs_no_scan_of_its_holders(db, batch_size):
    for first, last in people(9):
        observe(db, traits=named(first, last, phone="+12025550101"))
    db.execute(
        "INSERT INTO tenant_acme.cdp_raw_profiles (source, traits) SELECT 'crm', jsonb_build_object('firstName',"
        " 'f' || n, 'lastName', 'l', 'phone', '+12025550101') FROM generate_series(1, 2000) AS n"
    )
    resolve(db)
    db.execute("ANALYZE")  # as autovacuum does
    read = (
        "SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index"
        " WHERE indrelid = 'tenant_acme.cdp_raw_identifiers'::regclass"
    )
    before = db.value(read)
    for number in range(batch_size):
        observe(db, traits=named(f"x{number}", "y", phone="+12025550101"))

    resolve(db, batch_size=batch_size)

    # A plan for many records may read all 2,009 holders a few times over; one scan a record would be 200,000.
    assert db.value(read) - before < {1: 40, 100: 20_000}[batch_size]


def test_observations_beyond_the_limit_of_a_type_stay_apart_and_are_asked_about(db):
    db.execute("UPDATE c360.identifier_types SET profile_limit = 2 WHERE tenant = 'acme' AND identifier_type = 'email'")
    raws = [observe(db, traits={"email": f"e{number}@shop.vn", "phone": "+12025550101"}) for number in range(3)]

    resolve(db)

    assert len(partition(db)) == 2
    [(low, high, rule, obstacle)] = reviews(db)
    assert ({low, high} <= set(raws), rule, obstacle) == (True, "exact:phone", "limit:email")


def test_days_of_birth_that_conflict_keep_apart_and_a_person_is_asked(db):
    mother = observe(db, traits=named("Lan", "Tran", email="family@shop.vn", dateOfBirth="1960-03-04"))
    child = observe(db, traits=named("Minh", "Tran", email="family@shop.vn", dateOfBirth="1991-12-25"))

    resolve(db)

    assert partition(db) == {frozenset([mother]), frozenset([child])}
    assert reviews(db) == [(mother, child, "exact:email", "conflict:birth_date")]


def test_customer_numbers_that_contradict_an_identity_number_keep_apart_and_a_person_is_asked(db):
    first = observe(db, user_id="u1", national_id="AB123456")
    second = observe(db, user_id="u2", national_id="AB123456")

    resolve(db)

    assert partition(db) == {frozenset([first]), frozenset([second])}
    [(low, high, rule, obstacle)] = reviews(db)
    assert (low, high, obstacle) == (first, second, "conflict:user_id")
    assert rule == "exact:national_id"
    number = db.value("SELECT match_review_id FROM tenant_acme.cdp_match_reviews")
    db.call("c360.accept_review", "acme", number)
    assert partition(db) == {frozenset([first, second])}


@pytest.mark.parametrize("other", ["1961-03-04", "1960-04-03", "1960-01-01"])
def test_a_typing_error_in_a_day_of_birth_keeps_nobody_apart(db, other):
    observe(db, traits=named("Lan", "Tran", email="lan@shop.vn", dateOfBirth="1960-03-04"))
    observe(db, traits=named("Lan", "Tran", email="lan@shop.vn", dateOfBirth=other))

    resolve(db)

    assert len(partition(db)) == 1


def test_a_day_of_a_former_century_contradicts_nothing(db):
    observe(db, email="an@example.com", traits=named("An", "Le", birthday="1640-02-03"))
    observe(db, email="an@example.com", traits=named("An", "Le", birthday="1985-03-09"))
    resolve(db)

    assert len(partition(db)) == 1


def test_a_customer_number_outweighs_a_day_of_birth(db):
    observe(db, user_id="u1", traits={"dateOfBirth": "1960-03-04"})
    observe(db, user_id="u1", traits={"dateOfBirth": "1991-12-25"})

    resolve(db)

    assert len(partition(db)) == 1


def test_a_review_is_obsolete_when_the_two_become_one(db):
    one = observe(db, traits=named("Lan", "Tran", email="lan@shop.vn", dateOfBirth="1960-03-04"))
    other = observe(db, traits=named("Mai", "Ngo", email="lan@shop.vn", dateOfBirth="1991-12-25"))
    resolve(db)
    assert len(reviews(db)) == 1

    number = db.value(
        "INSERT INTO tenant_acme.cdp_link_overrides (kind) VALUES ('must_link') RETURNING link_override_id"
    )
    for raw, side in ((one, 1), (other, 2)):
        db.execute("INSERT INTO tenant_acme.cdp_link_override_members VALUES (%s, %s, %s)", number, raw, side)
    db.execute("INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id, needs_relink) VALUES (%s, true)", one)
    resolve(db)

    assert len(partition(db)) == 1
    assert (reviews(db), len(reviews(db, "obsolete"))) == ([], 1)


def test_what_a_person_joined_attracts_what_comes_later(db):
    one = observe(db, user_id="u1", traits={"city": "Hue"})
    other = observe(db, user_id="u2", traits={"city": "Hue"})
    number = db.value(
        "INSERT INTO tenant_acme.cdp_link_overrides (kind) VALUES ('must_link') RETURNING link_override_id"
    )
    for raw, side in ((one, 1), (other, 2)):
        db.execute("INSERT INTO tenant_acme.cdp_link_override_members VALUES (%s, %s, %s)", number, raw, side)
    resolve(db)

    observe(db, user_id="u1", traits={"city": "Vinh"})
    observe(db, user_id="u2", traits={"city": "Vinh"})
    resolve(db)

    assert len(partition(db)) == 1


def test_after_a_split_the_rest_stays_together(db):
    raws = [observe(db, traits={"email": "an@shop.vn", "city": f"c{number}"}) for number in range(4)]
    resolve(db)
    number = db.value(
        "INSERT INTO tenant_acme.cdp_link_overrides (kind) VALUES ('cannot_link') RETURNING link_override_id"
    )
    for raw in raws:
        db.execute(
            "INSERT INTO tenant_acme.cdp_link_override_members VALUES (%s, %s, %s)", number, raw, 1 + (raw != raws[0])
        )
    db.execute("INSERT INTO tenant_acme.cdp_resolution_queue (raw_profile_id, needs_relink) VALUES (%s, true)", raws[0])

    resolve(db)

    assert partition(db) == {frozenset(raws[:1]), frozenset(raws[1:])}


def test_a_weak_chain_ends_at_the_largest_person(db):
    db.execute("UPDATE c360.tenants SET max_cluster_size = 5 WHERE tenant = 'acme'")
    for number in range(12):
        observe(db, anonymous_id=[f"c{number}", f"c{number + 1}"])

    resolve(db, batch_size=3)

    assert max(len(person) for person in partition(db)) <= 5


def test_strong_identifiers_know_no_largest_person(db):
    db.execute("UPDATE c360.tenants SET max_cluster_size = 5 WHERE tenant = 'acme'")
    for number in range(12):
        observe(db, traits={"email": "an@shop.vn", "city": f"c{number}"})

    resolve(db, batch_size=3)

    assert len(partition(db)) == 1
