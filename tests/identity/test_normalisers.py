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
        ("VN", "02838251234", "+842838251234"),
        ("VN", "０９１２３４５６７８", "+84912345678"),
        ("CA", "416-555-0123", "+14165550123"),
        ("GB", "07400 123456", "+447400123456"),
        ("GB", "+44 (0)20 7946 0018", "+442079460018"),
        ("IE", "085 012 3456", "+353850123456"),
        ("FR", "06 12 34 56 78", "+33612345678"),
        ("FR", "0033612345678", "+33612345678"),
        ("DE", "0151 23456789", "+4915123456789"),
        ("DE", "030/123456", "+4930123456"),
        ("NL", "06 12345678", "+31612345678"),
        ("BE", "0470 12 34 56", "+32470123456"),
        ("CH", "078 123 45 67", "+41781234567"),
        ("AT", "0664 123456", "+43664123456"),
        ("IT", "312 345 6789", "+393123456789"),
        ("IT", "392 345 6789", "+393923456789"),
        ("IT", "06 1234 5678", "+390612345678"),
        ("IT", "0039 06 1234 5678", "+390612345678"),
        ("SE", "070-123 45 67", "+46701234567"),
        ("NO", "412 34 567", "+4741234567"),
        ("DK", "32 12 34 56", "+4532123456"),
        ("ES", "612 34 56 78", "+34612345678"),
        ("PT", "912 345 678", "+351912345678"),
        ("PL", "512 345 678", "+48512345678"),
        ("RU", "8 912 345-67-89", "+79123456789"),
        ("RU", "79123456789", "+79123456789"),
        ("RU", "8 10 84 912 345 678", "+84912345678"),
        ("TR", "0501 234 56 78", "+905012345678"),
        ("AE", "050 123 4567", "+971501234567"),
        ("SA", "051 234 5678", "+966512345678"),
        ("ZA", "071 123 4567", "+27711234567"),
        ("AU", "0412 345 678", "+61412345678"),
        ("AU", "0011 84 912 345 678", "+84912345678"),
        ("NZ", "021 123 4567", "+64211234567"),
        ("SG", "8123 4567", "+6581234567"),
        ("MY", "012-345 6789", "+60123456789"),
        ("TH", "081 234 5678", "+66812345678"),
        ("ID", "0812-345-678", "+62812345678"),
        ("PH", "0905 123 4567", "+639051234567"),
        ("KH", "091 234 567", "+85591234567"),
        ("LA", "020 23 123 456", "+8562023123456"),
        ("IN", "081234 56789", "+918123456789"),
        ("IN", "91 81234 56789", "+918123456789"),
        ("JP", "090-1234-5678", "+819012345678"),
        ("JP", "010 84 912 345 678", "+84912345678"),
        ("KR", "010-2000-0000", "+821020000000"),
        ("CN", "131 2345 6789", "+8613123456789"),
        ("CN", "010 1234 5678", "+861012345678"),
        ("HK", "5123 4567", "+85251234567"),
        ("TW", "0912 345 678", "+886912345678"),
        ("BR", "(11) 96123-4567", "+5511961234567"),
        ("MX", "222 123 4567", "+522221234567"),
        ("MX", "+52 1 222 123 4567", "+522221234567"),
        ("US", "+84 0912 345 678", "+84912345678"),
        ("US", "+60 012 345 6789", "+60123456789"),
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
    ("sent", "country", "expected"),
    [
        ("0912 345 678", "VN", "+84912345678"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("(202) 555-0101", "US", "+12025550101"),
        ("0912 345 678", "US", None),  # never read by the plan of a country that the record does not name
        ("+1 202 555 0101", "GB", "+12025550101"),
        ("0912 345 678", "Atlantis", None),
        ("+84 912 345 678", "Atlantis", "+84912345678"),
        ("0084 912 345 678", "Atlantis", "+84912345678"),
        ("0912 345 678", None, "+84912345678"),
        ("123", "GB", None),
        (None, "GB", None),
    ],
)
def test_a_phone_number_belongs_to_the_country_of_its_record_else_of_the_tenant(db, sent, country, expected):
    assert db.call("c360._own_phone", sent, country, "VN") == expected


@pytest.mark.parametrize(
    ("sent", "ignores_tags", "ignores_dots", "expected"),
    [
        ("an.le+shop@gmail.com", False, False, "an.le+shop@gmail.com"),
        ("an.le+shop@gmail.com", True, False, "an.le@gmail.com"),
        ("an.le+shop@gmail.com", False, True, "anle+shop@gmail.com"),
        ("an.le+shop+old@googlemail.com", True, True, "anle@gmail.com"),
        ("an.le+shop@shop.vn", True, True, "an.le@shop.vn"),
        ("+shop@shop.vn", True, True, "+shop@shop.vn"),
        ("...@gmail.com", True, True, "...@gmail.com"),
        (None, True, True, None),
    ],
)
def test_tags_and_dots_of_e_mail_addresses_count_as_the_tenant_wants(db, sent, ignores_tags, ignores_dots, expected):
    assert db.call("c360._mailbox", sent, ignores_tags, ignores_dots) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("Nguyễn Văn Đức", "nguyen van duc"),
        ("NGUYE\u0302\u0303N  VA\u0306N  ĐỨC", "nguyen van duc"),
        ("Mr. An O'Brien", "an o brien"),
        ("Mr. An", "an"),
        ("Prof. Dr. Hans Müller", "hans muller"),
        ("Frau Weiß", "weiss"),
        ("Herr", "herr"),
        ("Ông Nguyễn Văn An", "nguyen van an"),
        ("Anh Nguyễn", "anh nguyen"),  # Anh is a name here
        ("An Le, PhD", "an le"),
        ("An Le Jr.", "an le jr"),
        ("Ana-María  Núñez", "ana maria nunez"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("山田 太郎", "山田 太郎"),
        ("-", None),
        ("N/A", None),
    ],
)
def test_names_compare_without_accents_case_and_title(db, sent, expected):
    assert db.call("c360.normalise_name", sent) == expected


@pytest.mark.parametrize(
    "absent",
    [
        *(
            "",
            "  ",
            "null",
            "NULL",
            "(null)",
            "<null>",
            "\\N",
            "nil",
            "none",
            "None",
            "n/a",
            "N.A.",
            "#N/A",
            "<NA>",
            "NaN",
        ),
        *("-", "--", "---", ".", "...", "?", "_", "undefined", "[object Object]", "Not available", "Không có"),
        *("\u00a0", "\ufeff", " \t\r\n"),
    ],
)
def test_words_for_absence_are_absent(db, absent):
    assert db.call("c360.present_text", absent) is None
    assert db.call("c360.normalise_id", absent) is None
    assert not db.call("c360._is_plain", absent)


@pytest.mark.parametrize("name", ["Na", "Null Island", "An", "Noné", "0", "No", "Nan Le", "Unknown Pleasures"])
def test_names_that_look_like_absence_are_there(db, name):
    assert db.call("c360.present_text", name) == name


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
        ("1630-08-01", "1630-08-01"),
        ("0999-12-31", None),
    ],
)
def test_days_are_read_as_days_or_not_at_all(db, sent, expected):
    assert db.call("c360.normalise_date", sent) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("02/03/2001", "2001-02-03"),
        ("2-3-2001", "2001-02-03"),
        ("13/02/2001", "2001-02-13"),
        ("02/13/2001", "2001-02-13"),
        ("02.03.2001", "2001-03-02"),
        ("2001/02/03", "2001-02-03"),
        ("20010203", "2001-02-03"),
        ("02/30/2001", None),
        ("13/13/2001", None),
    ],
)
def test_a_tenant_may_read_the_month_first(db, sent, expected):
    assert db.call("c360.normalise_date", sent, "MDY") == expected


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
