"""Traits are read whatever their names are spelled like; a name that an attribute has as it is wins."""

import pytest

from c360.governance import sync_tenant
from support.observations import observe, resolve


def golden(db, *observations):
    for traits in observations:
        observe(db, user_id="u1", traits=traits)
    resolve(db)
    return db.call("c360.profile", "acme", "user_id", "u1")


@pytest.mark.parametrize(
    ("traits", "attribute", "value"),
    [
        pytest.param({name: "lan@shop.vn"}, "email", "lan@shop.vn", id=f"address in {name}")
        for name in ("Email", "E-mail", "E_Mail", "EMAIL ADDRESS", "emailaddress", "mail")
    ]
    + [
        pytest.param({name: "+84912345678"}, "phone_number", "+84912345678", id=f"number in {name}")
        for name in ("Phone Number", "PhoneNumber", "Mobile", "sđt", "Số điện thoại", "Tel.", "cell phone")
    ]
    + [
        pytest.param({name: "Lan"}, "first_name", "Lan", id=f"given name in {name}")
        for name in ("first name", "FirstName", "FIRST_NAME", "Given Name", "Tên")
    ]
    + [
        pytest.param({"Date of Birth": "1990-04-12"}, "date_of_birth", "1990-04-12", id="day of birth in words"),
        pytest.param({"Ngày sinh": "1990-04-12"}, "date_of_birth", "1990-04-12", id="day of birth in Vietnamese"),
        pytest.param({"ngaySinh": "1990-04-12"}, "date_of_birth", "1990-04-12", id="Vietnamese without marks"),
        pytest.param({"SDT": "+84912345678"}, "phone_number", "+84912345678", id="number in Vietnamese, cut short"),
        pytest.param({"Thành phố": "Huế"}, "city", "Huế", id="city in Vietnamese"),
        pytest.param({"Geburtsdatum": "1990-04-12"}, "date_of_birth", "1990-04-12", id="German"),
        pytest.param({"E-Mail-Adresse": "lan@shop.vn"}, "email", "lan@shop.vn", id="German with dashes"),
        pytest.param({"Mobile Phone Number": "+84912345678"}, "phone_number", "+84912345678", id="in three words"),
        pytest.param({"Numéro de téléphone": "+84912345678"}, "phone_number", "+84912345678", id="French"),
        pytest.param({"邮箱": "lan@shop.vn"}, "email", "lan@shop.vn", id="Chinese"),
        pytest.param({"E\u2011Mail": "lan@shop.vn"}, "email", "lan@shop.vn", id="another dash"),
        pytest.param({"\ufeff“E-mail”": "lan@shop.vn"}, "email", "lan@shop.vn", id="marks and quotation marks"),
        pytest.param({"Ｅmail": "lan@shop.vn"}, "email", "lan@shop.vn", id="full-width letters"),
        pytest.param({"City": "Hue"}, "city", "Hue", id="part of an address in capitals"),
        pytest.param({"phone": {"mobile": "+84912345678"}}, "phone_number", "+84912345678", id="number in an object"),
        pytest.param(
            {"Phone": {"Home": "+842439999999", "Mobile": "+84912345678"}},
            "phone_number",
            "+84912345678",
            id="two numbers in an object",
        ),
        pytest.param({"email": {"work": "lan@shop.vn"}}, "email", "lan@shop.vn", id="address in an object"),
    ],
)
def test_a_trait_is_read_in_any_spelling(db, traits, attribute, value):
    shown = golden(db, traits)

    assert shown[attribute] == value
    types = {"email": "email", "phone_number": "phone"}
    if attribute in types:
        assert value in {held["value"] for held in shown["identifiers"] if held["type"] == types[attribute]}


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        *(
            pytest.param({name: "B 123-4567"}, {"national_id:passport": "B1234567"}, id=f"passport in {name}")
            for name in ("passportNumber", "passport_number", "Passport No.", "PASSPORT")
        ),
        *(
            pytest.param({name: 8012345678}, {"national_id:tax": "8012345678"}, id=f"tax payer in {name}")
            for name in ("taxId", "tax_id", "Tax Number")
        ),
        *(
            pytest.param({name: "012345678901"}, {"national_id": "012345678901"}, id=f"card in {name}")
            for name in ("National ID", "id_card", "CCCD", "S\u1ed1 CCCD", "cmnd", "citizenId")
        ),
        pytest.param(
            {"nationalId": "012345678901", "passportNumber": "B1234567", "taxId": "8012345678"},
            {"national_id": "012345678901", "national_id:passport": "B1234567", "national_id:tax": "8012345678"},
            id="of three kinds",
        ),
        pytest.param(
            {"passport": {"number": "B1234567", "country": "VN"}}, {"national_id:passport": "B1234567"}, id="an object"
        ),
        pytest.param({"passport": True, "taxId": {"rate": 7}, "passport_no": "n/a"}, {}, id="no numbers"),
        pytest.param({"taxId": "8012345678", "company": {"name": "Shop"}}, {}, id="of a company"),
    ],
)
def test_a_document_is_read_under_the_names_that_people_use(db, traits, expected):
    golden(db, traits)

    held = db.rows("SELECT identifier_type, value FROM tenant_acme.cdp_raw_identifiers WHERE is_usable")
    assert dict(held) == {"user_id": "u1"} | expected


def test_a_document_is_left_alone_where_no_attribute_shows_it(db):
    db.execute("UPDATE c360.profile_attributes SET status = 'retired' WHERE attribute = 'national_ids'")
    sync_tenant(db.connection, "acme")

    shown = golden(db, {"passportNumber": "B1234567"})

    assert {held["type"] for held in shown["identifiers"]} == {"user_id"}


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        pytest.param({"email": "a@shop.vn", "E-mail": "b@shop.vn"}, ["a@shop.vn"], id="beside the name itself"),
        pytest.param({"emailAddress": "a@shop.vn", "E-mail": "b@shop.vn"}, ["a@shop.vn"], id="beside another name"),
        pytest.param({"email": None, "E-mail": "b@shop.vn"}, ["b@shop.vn"], id="beside a name without a value"),
        pytest.param({"email": " ", "E-mail": "b@shop.vn"}, ["b@shop.vn"], id="beside a blank"),
        pytest.param({"email": "N/A", "E-mail": "b@shop.vn"}, ["b@shop.vn"], id="beside an absence in words"),
        pytest.param({"email": "{{email}}", "E-mail": "b@shop.vn"}, ["b@shop.vn"], id="beside a template"),
        pytest.param({"E-mail": "", "Email Address": "b@shop.vn"}, ["b@shop.vn"], id="an empty one and one more"),
        pytest.param({"mail": "a@shop.vn", "E-Mail": "b@shop.vn"}, ["b@shop.vn"], id="the nearer of two"),
        pytest.param({"E-mail": "a@shop.vn", "E_mail": "b@shop.vn"}, ["a@shop.vn"], id="the first of two alike"),
    ],
)
def test_a_spelling_never_fights_the_name_itself(db, traits, expected):
    shown = golden(db, traits)

    assert shown["email"] == expected[0]
    assert [held["value"] for held in shown["identifiers"] if held["type"] == "email"] == expected


def test_what_means_no_attribute_is_left_alone(db):
    shown = golden(db, {"Plan": "free", "E-mail verified": "yes", "Phones": 3})

    assert {shown.get(name) for name in ("email", "phone_number")} == {None}
