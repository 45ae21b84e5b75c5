"""Normalisers, value by value."""

import pytest


@pytest.mark.parametrize(
    ("country", "sent", "expected"),
    [
        ("VN", "0912 345 678", "+84912345678"),
        ("VN", "+84 912 345 678", "+84912345678"),
        ("VN", "84912345678", "+84912345678"),
        ("VN", "0084912345678", "+84912345678"),
        ("VN", "+84 (0)912-345-678", "+84912345678"),
        ("VN", "+840912345678", "+84912345678"),
        ("VN", "912345678", "+84912345678"),
        ("VN", "024 3825 1234", "+842438251234"),
        ("VN", "tel:0912345678 ext. 12", "+84912345678"),
        ("US", "(202) 555-0101", "+12025550101"),
        ("US", "1-202-555-0101", "+12025550101"),
        ("US", "011 84 912 345 678", "+84912345678"),
        ("US", "+84 912 345 678", "+84912345678"),
        ("GB", "020 7946 0018", "+442079460018"),
        ("SG", "6123 4567", "+6561234567"),
        ("XX", "+84912345678", "+84912345678"),
        ("XX", "0912345678", None),
        ("VN", "12345", None),
        ("VN", "call me", None),
        ("VN", "", None),
        ("VN", "null", None),
        ("VN", "+1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8", None),
    ],
)
def test_phone_numbers_become_e164(db, country, sent, expected):
    assert db.call("c360.normalise_phone", sent, country) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (" An.Nguyen@Shop.VN ", "an.nguyen@shop.vn"),
        ("a+tag@shop.vn", "a+tag@shop.vn"),
        ("An <an@shop.vn>", "an@shop.vn"),
        ("mailto:an@shop.vn", "an@shop.vn"),
        ("no address", None),
        ("a@b@c", None),
        ("@shop.vn", None),
        ("none", None),
        ("x" * 400 + "@shop.vn", None),
    ],
)
def test_e_mail_addresses_lose_case_and_nothing_else(db, sent, expected):
    assert db.call("c360.normalise_email", sent) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("Nguyễn Văn Đức", "nguyen van duc"),
        ("NGUYE\u0302\u0303N  VA\u0306N  ĐỨC", "nguyen van duc"),
        ("Mr. An O'Brien", "an o brien"),
        ("-", None),
        ("N/A", None),
    ],
)
def test_names_compare_without_accents_case_and_title(db, sent, expected):
    assert db.call("c360.normalise_name", sent) == expected


@pytest.mark.parametrize("absent", ["", "  ", "null", "NULL", "none", "n/a", "-", "undefined", "\u00a0", "\ufeff"])
def test_words_for_absence_are_absent(db, absent):
    assert db.call("c360.present_text", absent) is None
    assert db.call("c360.normalise_id", absent) is None


def test_text_is_composed_and_trimmed(db):
    assert db.call("c360.present_text", " \ufeffe\u0301\u200b ") == "\u00e9"
    assert db.call("c360.normalise_id", " AbC ") == "AbC"
    assert db.call("c360.normalise_id", "x" * 501) is None


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("2001-02-03", "2001-02-03"),
        ("2001-02-03T04:05:06Z", "2001-02-03"),
        ("20010203", "2001-02-03"),
        ("3/2/2001", "2001-02-03"),
        ("02/13/2001", "2001-02-13"),
        ("2001-02-30", None),
        ("infinity", None),
        ("today", None),
        ("abc", None),
        ("9999-01-01", None),
    ],
)
def test_days_are_read_as_days_or_not_at_all(db, sent, expected):
    assert db.call("c360.normalise_date", sent) == expected


def test_gender_and_country_are_read_in_words(db):
    assert [db.call("c360.normalise_gender", word) for word in ("Nữ", "M", "male", "x", "blue")] == [
        "female",
        "male",
        "male",
        "other",
        None,
    ]
    assert [db.call("c360.normalise_country", word) for word in ("vn", "Việt Nam", "USA", "uk", "Atlantis")] == [
        "VN",
        "VN",
        "US",
        "GB",
        "Atlantis",
    ]


def test_every_normaliser_is_immutable(db):
    assert set(
        db.column(
            "SELECT provolatile::text FROM pg_proc"
            " WHERE pronamespace = 'c360'::regnamespace AND proname LIKE 'normalise%'"
        )
    ) == {"i"}
