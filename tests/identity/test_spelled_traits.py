"""Traits are read whatever their names are spelled like; a name that an attribute has as it is wins."""

import pytest

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
        pytest.param({"email": "a@shop.vn", "E-mail": "b@shop.vn"}, ["a@shop.vn"], id="beside the name itself"),
        pytest.param({"emailAddress": "a@shop.vn", "E-mail": "b@shop.vn"}, ["a@shop.vn"], id="beside another name"),
        pytest.param({"email": None, "E-mail": "b@shop.vn"}, ["b@shop.vn"], id="beside a name without a value"),
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
