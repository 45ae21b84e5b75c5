"""What cdp_standard_profiles holds: every observation in the form that golden records and match rules are made from."""

import re

import pytest

from c360.governance.tenants import as_owner, sync_tenant
from support.observations import observe, resolve


def standard(db, traits=None, **identifiers):
    raw = observe(db, traits=traits, **identifiers)
    db.value("SELECT tenant_acme.standardise_profiles(ARRAY[%s]::bigint[])", raw)
    return db.row(
        "SELECT attributes, given_name, family_name, birth_date::text FROM tenant_acme.cdp_standard_profiles"
        " WHERE raw_profile_id = %s",
        raw,
    )


@pytest.mark.parametrize(
    ("traits", "attributes"),
    [
        ({"email": " AN@Shop.VN ", "phone": "(202) 555-0101"}, {"email": "an@shop.vn", "phone_number": "+12025550101"}),
        ({"firstName": "  Lan  Anh ", "last_name": "Nguyễn"}, {"first_name": "Lan Anh", "last_name": "Nguyễn"}),
        ({"first_name": "An", "firstName": "null"}, {"first_name": "An"}),
        ({"first_name": "An", "firstName": "Ann"}, {"first_name": "Ann"}),
        ({"address": {"city": "Huế", "street": "12 Lê Lợi"}}, {"city": "Huế", "address_line1": "12 Lê Lợi"}),
        ({"city": {"name": "Hue"}, "state": ["TTH"], "zip_code": 53000}, {"zip_code": "53000"}),
        ({"birthday": "2001-02-30", "dob": "2/3/2001"}, {"date_of_birth": "2001-02-03"}),
        ({"birthday": "2001-02-03T10:00:00Z", "gender": "Nữ"}, {"date_of_birth": "2001-02-03", "gender": "female"}),
        ({"has_children": "yes", "latitude": "16.50", "longitude": "east"}, {"has_children": True, "latitude": 16.5}),
        (
            {"interests": ["tea", "art", "tea", None, "none"], "goals": "rest"},
            {"interests": ["art", "tea"], "goals": ["rest"]},
        ),
        ({"preferred_communication": {"sms": True, "fax": None}}, {"preferred_communication": {"sms": True}}),
        ({"interests": {"a": 1}, "next_best_actions": [1], "occupation": "N/A", "name": "x" * 501}, {}),
        ({"city": "[Hue]", "occupation": "nurse", "income": "-"}, {"city": "[Hue]", "occupation": "nurse"}),
        ({}, {}),
    ],
)
def test_traits_are_normalised_and_fit_their_columns(db, traits, attributes):
    assert standard(db, traits)[0] == attributes


def test_what_was_sent_as_an_identifier_counts_where_no_trait_was_sent(db):
    both = standard(db, {"email": "trait@shop.vn"}, email="sent@shop.vn", phone=["bad", "+12025550102", "+12025550101"])

    assert both[0] == {"email": "trait@shop.vn", "phone_number": "+12025550101"}


@pytest.mark.parametrize(
    ("traits", "parts"),
    [
        ({"first_name": "Đức Anh", "last_name": "NGUYỄN"}, ("duc anh", "nguyen")),
        ({"name": "Nguyễn Thị Hương"}, ("thi huong", "nguyen")),
        ({"name": "Huong Nguyen"}, ("huong", "nguyen")),
        ({"name": "Mai Trần"}, ("mai", "tran")),
        ({"name": "John Ronald Smith"}, ("john ronald", "smith")),
        ({"name": "Smith, John"}, ("john", "smith")),
        ({"name": "An"}, ("an", None)),
        ({"name": "Anna Smith", "last_name": "Jones"}, ("anna", "jones")),
        ({"email": "an@shop.vn"}, (None, None)),
    ],
)
def test_names_are_split_family_name_first_where_they_are_vietnamese(db, traits, parts):
    assert standard(db, traits)[1:3] == parts


def test_the_day_of_birth_is_a_date(db):
    assert standard(db, {"dob": "1990-12-31"})[3] == "1990-12-31"


def test_no_word_that_means_absence_is_plain(db):
    source = db.value("SELECT prosrc FROM pg_proc WHERE oid = 'c360.present_text'::regproc")
    words = re.findall(r"'([^']*)'", source)

    absent = [word for word in words if db.value("SELECT c360.present_text(%s) IS NULL", word)]
    assert len(absent) > 5
    assert not any(db.value("SELECT c360._is_plain(%s) OR c360._is_plain(upper(%s))", word, word) for word in absent)


def test_plain_text_is_given_back_unchanged(db):
    values = ["a", "Hue", " Hue", "Hue\t", "Huế", "nu", "N/A", "[x]", "{}", "", "12 Main St", "a  b", "x" * 40]

    assert (
        db.rows(
            "SELECT v FROM unnest(%s::text[]) AS v WHERE c360._is_plain(v) AND c360.present_text(v) IS DISTINCT FROM v",
            values,
        )
        == []
    )
    assert db.column("SELECT v FROM unnest(%s::text[]) AS v WHERE c360._is_plain(v)", values) == [
        "a",
        "Hue",
        "12 Main St",
        "a  b",
        "x" * 40,
    ]


def test_standardising_again_follows_changed_attributes(db):
    raw = observe(db, user_id="u1", traits={"city": "Hue", "shoe_size": "42"})
    resolve(db)
    with as_owner(db.connection):
        db.execute(
            "INSERT INTO c360.profile_attributes (tenant, attribute, data_type, trait_paths)"
            " VALUES ('acme', 'shoe_size', 'integer', '{shoe_size}')"
        )
        sync_tenant(db.connection, "acme")
    resolve(db)

    known = db.value("SELECT attributes FROM tenant_acme.cdp_standard_profiles WHERE raw_profile_id = %s", raw)
    assert known == {"city": "Hue", "shoe_size": 42}
    assert db.call("c360.profile", "acme", "user_id", "u1")["shoe_size"] == 42


@pytest.mark.parametrize(
    ("masked", "hidden"),
    [("first_name", {"given_name"}), ("full_name", {"given_name", "family_name"}), ("date_of_birth", {"birth_date"})],
)
def test_what_is_made_of_a_masked_attribute_is_hidden_too(db, masked, hidden):
    with as_owner(db.connection):
        db.execute(
            "UPDATE c360.profile_attributes SET is_masked = true WHERE tenant = 'acme' AND attribute = %s", masked
        )
        found = db.column(
            "SELECT column_name FROM c360._hidden_columns('acme') WHERE table_name = 'cdp_standard_profiles'"
        )

    assert set(found) == {"attributes", *hidden}
