"""What a tenant sets about reading values: mailboxes, the order of dates, and the country that a record says itself."""

import pytest

from c360.governance import sync_tenant
from support.observations import observe, partition, resolve


def _set(db, **values):
    for column, value in values.items():
        db.execute(f"UPDATE c360.tenants SET {column} = %s WHERE tenant = 'acme'", value)
    sync_tenant(db.connection, "acme")


def _values(db, identifier_type):
    return db.column(
        "SELECT value FROM tenant_acme.cdp_raw_identifiers WHERE identifier_type = %s ORDER BY raw_profile_id",
        identifier_type,
    )


def test_mailboxes_of_one_person_are_one_where_the_tenant_says_so(db):
    _set(db, email_ignores_tags=True, email_ignores_dots=True)

    a = observe(db, traits={"email": "an.le+shop@gmail.com"})
    b = observe(db, email="AnLe@googlemail.com")
    resolve(db)

    assert partition(db) == {frozenset({a, b})}
    assert db.call("c360.profile", "acme", "email", "a.n.le@gmail.com") is not None


def test_mailboxes_are_two_where_the_tenant_says_nothing(db):
    a = observe(db, traits={"email": "an.le+shop@gmail.com"})
    b = observe(db, traits={"email": "anle@gmail.com"})
    resolve(db)

    assert partition(db) == {frozenset({a}), frozenset({b})}


def test_days_are_read_in_the_order_of_the_tenant(db):
    days = []
    for order in ("DMY", "MDY"):
        _set(db, date_order=order)
        number = observe(db, traits={"birthday": "02/03/1990", "order": order})
        resolve(db)
        days += db.column(
            "SELECT birth_date::text FROM tenant_acme.cdp_standard_profiles WHERE raw_profile_id = %s", number
        )

    assert days == ["1990-03-02", "1990-02-03"]


@pytest.mark.parametrize(
    ("country", "order"), [("US", "MDY"), ("PH", "MDY"), ("PR", "MDY"), ("VN", "DMY"), ("GB", "DMY")]
)
def test_a_new_tenant_reads_days_as_its_country_writes_them(db, country, order):
    db.execute("SELECT c360.register_tenant('acme_two', NULL, %s)", country)

    assert db.value("SELECT date_order FROM c360.tenants WHERE tenant = 'acme_two'") == order


def test_a_phone_number_is_read_in_the_country_of_its_record(db):
    _set(db, default_country="VN")

    a = observe(db, traits={"phone": "020 7946 0018", "country": "United Kingdom"})
    b = observe(db, phone="+44 20 7946 0018")
    c = observe(db, phone="020 7946 0018", traits={"address": {"country": "GB"}})
    d = observe(db, traits={"phone": "0912 345 678"})
    e = observe(db, traits={"phone": "84912345678", "country": "VN"})
    resolve(db)

    assert partition(db) == {frozenset({a, b, c}), frozenset({d, e})}
    assert set(_values(db, "phone")) == {"+442079460018", "+84912345678"}
    shown = db.column("SELECT attributes ->> 'phone_number' FROM tenant_acme.cdp_standard_profiles ORDER BY 1")
    assert set(shown) == {"+442079460018", "+84912345678"}


def test_an_observation_shows_how_a_number_was_sent_whatever_its_country(db):
    _set(db, default_country="VN")
    number = observe(db, traits={"phone": "020 7946 0018", "country": "GB"})
    resolve(db)

    profile = db.value("SELECT master_profile_id::text FROM tenant_acme.cdp_profile_links")
    explained = str(db.call("c360.explain_profile", "acme", profile))

    assert number
    assert "020 7946 0018" in explained


@pytest.mark.parametrize(
    "said",
    [
        {"country": {"code": "NZ"}},
        {"country": {"name": "New Zealand", "code": "NZ", "id": 64}},
        {"country": {"iso2": "nz", "name": "Neuseeland (Test)"}},
        {"country": {"ISO_Code": "NZL", "label": None}},
        {"country": ["New Zealand"]},
        {"country": "Middle Earth", "countryCode": "NZ"},
        {"country_code": "NZ"},
        {"address": {"countryCode": "NZ"}},
        {"address": {"country": {"name": "Aotearoa"}}},
    ],
)
def test_a_country_is_understood_in_the_shapes_that_systems_give_it(db, said):
    _set(db, default_country="VN")

    observe(db, traits={"phone": "021 145 6789", **said})
    resolve(db)

    assert _values(db, "phone") == ["+64211456789"]
    assert db.value("SELECT country FROM tenant_acme.cdp_profiles") == "NZ"


@pytest.mark.parametrize(
    "said",
    [
        "Middle Earth",
        64,
        True,
        ["VN", "NZ"],
        {"code": "VN", "name": "New Zealand"},
        {"id": 7},
        {"name": {"en": "New Zealand"}},
    ],
)
def test_a_country_that_cannot_be_read_is_not_that_of_the_tenant(db, said):
    _set(db, default_country="VN")

    observe(db, traits={"phone": "0912 345 678", "country": said})
    observe(db, traits={"phone": "+84 912 345 679", "country": said})
    resolve(db)

    assert _values(db, "phone") == ["+84912345679"]


@pytest.mark.parametrize("said", [None, "", " ", "N/A", {}, [], {"code": None, "name": ""}])
def test_a_country_that_says_nothing_is_that_of_the_tenant(db, said):
    _set(db, default_country="VN")

    observe(db, traits={"phone": "0912 345 678", "country": said})
    resolve(db)

    assert _values(db, "phone") == ["+84912345678"]
