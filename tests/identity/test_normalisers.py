"""Normalisers, value by value."""

import pytest
from babel.dates import get_month_names
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb


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
        *(
            "(not set)",
            "Not specified",
            "Nicht angegeben",
            "non renseigné",
            "Không rõ",
            "НЕ УКАЗАНО",
            "нет данных",
            "未填写",
            "なし",
            "없음",
        ),
        *(
            "#REF!",
            "#DIV/0!",
            "#NV",
            "####",
            "{{first_name}}",
            "${name}",
            "%NAME%",
            "%%name%%",
            "*|FNAME|*",
            "<%= name %>",
            "{% name %}",
        ),
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
        *(
            (short, None)
            for short in ("150385", "15/03/85", "15.03.85", "03-85", "1990125", "5 Dec 90", "12/1990", "Dec 1990")
        ),
        *(
            (nothing, None)
            for nothing in (
                "660355200",
                "1990-339",
                "32/01/1990",
                "1990-12-05 25:00",
                "05/12/90 10:00",
                "5 grud 1990 1990",
                "5. listopada 1990",
                "5 srp 1990",
                "/Date(660355200)",
                "/Date(99999999999999)/",
            )
        ),
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


@pytest.mark.parametrize(
    "sent",
    [
        *("05/12/1990 00:00", "05/12/1990 14:30:15", "5.12.1990 14:30", "5/12/1990, 2:30 PM", "14:30 05/12/1990"),
        *(
            "1990-12-05T00:00:00Z",
            "1990-12-05 00:00:00 UTC",
            "1990-12-05 UTC",
            "1990-12-05T14:30:00.123456+07:00[Asia/Saigon]",
        ),
        *("19901205", "19901205143000", "19901205T143000Z", "1990-12-05T14", "1990/12/05 14:30", "1990.12.05."),
        *(" 5 / 12 / 1990 ", "5. 12. 1990", "05 12 1990", "05\u201112\u20111990", "\uff11\uff19\uff19\uff10-12-05"),
        *(
            "5 Dec 1990",
            "December 5, 1990",
            "05-DEC-1990",
            "Dec. 5th 1990",
            "1990-Dec-05",
            "05DEC1990",
            "5th of December 1990",
        ),
        *(
            "Wed Dec 05 1990 00:00:00 GMT+0700 (Indochina Time)",
            "Wed, 05 Dec 1990 14:30:00 GMT",
            "Wed Dec  5 14:30:00 UTC 1990",
        ),
        *(
            "Mittwoch, 5. Dezember 1990",
            "mercredi 5 d\u00e9cembre 1990",
            "1990-12-05 오전 12:00:00",
            "1990年12月5日 下午 2:30",
            "1990-12-05 00:00:00 +0000 UTC",
            "5 D\u00c9C. 1990 \u00e0 14h30",
            "5 de diciembre de 1990",
        ),
        *(
            "ng\u00e0y 5 th\u00e1ng 12 n\u0103m 1990",
            "5 th\u00e1ng 12, 1990",
            "05 thg 12 1990",
            "5 th\u00e1ng m\u01b0\u1eddi hai n\u0103m 1990",
        ),
        *("1990-12-05+07:00", "1990-12-05 -05:00", "1990-12-05+0700", "1990-12-05Z", "1990-12-05T00:00:00.000Z"),
        *(
            "/Date(660355200000)/",
            "/Date(660355200000+0700)/",
            "/Date(660330000000+0700)/",
            "\\/Date(660355200000-0000)\\/",
        ),
        *("среда, 5 декабря 1990 г.", "5 ДЕК. 1990", "05.12.1990 г.", "5 декабря 1990 года", "5 грудня 1990 р."),
        *(
            "środa, 5 grudnia 1990 r.",
            "5. prosince 1990",
            "5 Aralık 1990 Çarşamba",
            "Rabu, 5 Desember 1990",
            "5 ARALIK 1990",
        ),
        *("mercoledì 5 dicembre 1990", "dicembre 5, 1990", "5 de dezembro de 1990", "quarta-feira, 5 de dez. de 1990"),
        *("1990\u5e7412\u67085\u65e5", "1990\u5e74 12\u6708 5\u65e5 14\u664230\u5206", "1990\ub144 12\uc6d4 5\uc77c"),
    ],
)
def test_a_day_is_read_as_people_and_systems_write_it(db, sent):
    assert db.call("c360.normalise_date", sent) == "1990-12-05"


@pytest.mark.parametrize(
    "language", ["en", "de", "fr", "es", "it", "pt", "nl", "ru", "pl", "uk", "cs", "tr", "id", "vi"]
)
def test_months_are_read_in_every_form_that_a_language_has_for_them(db, language):
    names = {
        (name, month)
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for month, name in get_month_names(width, context, language).items()
        if name != "srp"  # August in Czech and July in Croatian
    }

    read = {name: db.call("c360.normalise_date", f"5 {name} 1990") for name, _ in names}

    assert read == {name: f"1990-{month:02}-05" for name, month in names}


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        *(
            (number, "1990-12-05")
            for number in (660355200, 660355200000, 660355200000000, 660355200000000000, 19901205)
        ),
        (-631152000000, "1950-01-01"),
        *((number, None) for number in (0, 33212, 150385, 86400, 1e300, True, [1990], {"year": 1990}, None)),
        *((text, "1990-12-05") for text in ("660355200000", "660355200", " 660355200000 ")),
        *((text, day) for text, day in (("-631152000000", "1950-01-01"), ("1104537600000", "2005-01-01"))),
        # What may be the number of a document, a phone, or a day and its time.
        *(
            (text, None)
            for text in ("33212", "660355201", "660355200001", "079123456799", "199012051430", "1101500123456")
        ),
    ],
)
def test_a_number_is_a_day_by_its_magnitude(db, sent, day):
    assert db.value("SELECT c360._day(%s, 'DMY')", Jsonb(sent)) == day


@pytest.mark.parametrize(
    ("sent", "order", "time"),
    [
        *(
            (count, None, "2026-03-10 11:59:00")
            for count in (1773143940, 1773143940000, "1773143940000000", "1773143940000000000")
        ),
        ("1773143940.25", None, "2026-03-10 11:59:00.25"),
        ("20260310115900", None, "2026-03-10 11:59:00"),
        ("2026-03-10T18:59:00 +0700", None, "2026-03-10 11:59:00"),
        ("2026-03-10 18:59 UTC+7", None, "2026-03-10 11:59:00"),
        ("10/03/2026 11:59", "DMY", "2026-03-10 11:59:00"),
        ("3/10/2026 11:59:00 AM", "MDY", "2026-03-10 11:59:00"),
        ("10/03/2026 11:59", None, None),
        ("31/03/2026", None, "2026-03-31 00:00:00"),
        *(
            (text, "DMY", None)
            for text in ("now", "infinity", "epoch", "10/03/26 11:59", "33212", "2026-03-10 11:59 ICT")
        ),
    ],
)
def test_a_point_in_time_is_read_in_utc_or_the_zone_it_names(db, sent, order, time):
    db.execute("SET LOCAL TimeZone = 'Asia/Ho_Chi_Minh'; SET LOCAL DateStyle = 'German, DMY'")

    assert db.value(
        "SELECT to_char(c360._point_in_time(%s, %s) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.FF6')",
        Jsonb(sent),
        order,
    ) == (time and (time + ".000000" if "." not in time else time.ljust(26, "0")))


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


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.text("abfnulioxABFN019.@-_+ {'", min_size=1, max_size=12)
    | st.text("0123456789abcdefABCDEF-", min_size=32, max_size=36)
)
@pytest.mark.parametrize(
    ("plain", "normalise"),
    [
        ("_is_plain", "present_text"),
        ("_is_plain_id", "normalise_id"),
        ("_is_plain_email", "normalise_email"),
    ],
)
def test_a_value_that_counts_as_plain_is_one_that_normalising_leaves_as_it_is(db, plain, normalise, value):
    # A blank in front keeps the normaliser from taking the short way.
    if db.call(f"c360.{plain}", value):
        assert db.call(f"c360.{normalise}", " " + value) == value


@pytest.mark.parametrize(
    "sent",
    [
        *(
            "Lan@Shop-A.VN",
            "lan@shop-a.vn.",
            "mailto:lan@shop-a.vn",
            "MAILTO:lan@shop-a.vn?subject=Hi%20there",
            "<lan@shop-a.vn>",
        ),
        *(
            "Lan Le <lan@shop-a.vn>",
            "<mailto:lan@shop-a.vn>",
            "<mailto:lan@shop-a.vn|lan@shop-a.vn>",
            "(lan@shop-a.vn)",
            "lan@shop-a.vn>",
            "lan@shop-a.vn\x1f",
            "\x7flan@shop-a.vn",
            "lan@shop-a.vn\ufffc",
            '"lan@shop-a.vn"',
            "'lan@shop-a.vn'",
            "'lan@shop-a.vn",
            "lan@shop-a.vn;",
        ),
        *(
            "lan@shop-a.vn <lan@shop-a.vn>",
            "lan@shop-a.vn (Lan)",
            '"lan"@shop-a.vn',
            "lan @ shop-a.vn",
            '="lan@shop-a.vn"',
        ),
        *(
            "ｌａｎ＠ｓｈｏｐ－ａ．ｖｎ",
            "lan@shop\u2011a.vn",
            "lan@shop\u2013a.vn",
            "lan@shop-a\u3002vn",
            "\u3000lan@shop-a.vn\u00a0",
        ),
        *(
            "\ufefflan@shop-a.vn",
            "\u202alan@shop-a.vn\u202c",
            "la\u00adn@shop-a.vn",
            "lan\u200b@shop-a.vn",
            "lan@shop-a.vn\u200e",
        ),
        *("la\u200dn@shop-a.vn", "\tlan@shop-a.vn\r\n", "E-Mail: lan@shop-a.vn"),
        *("SMTP:lan@shop-a.vn", "smtp:Lan@shop-a.vn", "MailTo:lan@shop-a.vn", "lan@shop-a.vn?subject=Hi"),
        *(
            "[lan@shop-a.vn](mailto:lan@shop-a.vn)",
            "[Lan](mailto:lan@shop-a.vn)",
            "[lan@shop-a.vn]",
            "Lan (lan@shop-a.vn)",
        ),
        *("mailto:lan@shop-a.vn?cc=mai@shop.vn", '<a href="mailto:lan@shop-a.vn">lan@shop-a.vn</a>'),
        *("lan@shop-a.vn, lan@shop-a.vn", "lan@shop-a.vn;LAN@Shop-A.VN", "lan@shop-a.vn (lan@shop-a.vn)"),
        *(
            "lan@shop-a.vn\nlan@shop-a.vn.",
            "Lan <lan@shop-a.vn>, Le Lan <LAN@shop-a.vn>",
            "lan@shop-a.vn | SMTP:lan@shop-a.vn",
        ),
    ],
)
def test_one_mailbox_in_the_spellings_of_people_and_programs_is_one(db, sent):
    assert db.call("c360.normalise_email", sent) == "lan@shop-a.vn"


@pytest.mark.parametrize(
    "sent",
    [
        *(
            "lan@shop.vn, mai@shop.vn",
            "lan@shop.vn;mai@shop.vn",
            "lan@shop.vn mai@shop.vn",
            "lan@shop.vn / mai@shop.vn",
        ),
        *(
            "Lan lan@shop.vn",
            "lan@shop..vn",
            "lan@",
            "{{name}}@shop.vn",
            "lan@{{domain}}",
            "a" * 64 + "\u00e9@" + "é" * 64 + ".vn",
        ),
        *(
            "lan@shop.vn (mai@shop.vn)",
            "[lan@shop.vn](mailto:mai@shop.vn)",
            "lan@shop.vn <mai@shop.vn>",
            "lan@shop.vn, lan@",
        ),
        *(
            "lan@shop",
            "lan@1.2.3.4",
            "lan@[1.2.3.4]",
            "lan@shop.123",
            "lan@shop.v",
            "lan@-shop.vn",
            "lan@shop, lan@shop",
        ),
    ],
)
def test_what_is_not_one_address_is_none(db, sent):
    assert db.call("c360.normalise_email", sent) is None


@pytest.mark.parametrize(
    ("domain", "ascii_domain"),
    [
        ("müller.de", "xn--mller-kva.de"),
        ("MÜLLER.de", "xn--mller-kva.de"),
        ("mu\u0308ller.de", "xn--mller-kva.de"),
        ("xn--mller-kva.de", "xn--mller-kva.de"),
        ("faß.de", "xn--fa-hia.de"),
        ("почта.рф", "xn--80a1acny.xn--p1ai"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("bücher.münchen.de", "xn--bcher-kva.xn--mnchen-3ya.de"),
        ("việt.vn", "xn--vit-5kz.vn"),
    ],
)
def test_a_domain_of_other_letters_is_its_punycode(db, domain, ascii_domain):
    assert db.call("c360.normalise_email", f"lan@{domain}") == f"lan@{ascii_domain}"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("مي\u200cخواهم", "مي\u200cخواهم"),
        ("👩\u200d💻 Lan", "👩\u200d💻 Lan"),
        ("\u200fدانا\u200f", "دانا"),
        ("Nguyễn\u00a0Lan", "Nguyễn Lan"),
        ("\u3000山田\u3000太郎\u3000", "山田 太郎"),
        ("'0912", "0912"),
        ('="0912"', "0912"),
        ("'t Hooft", "'t Hooft"),
        ("[VIP]", "[VIP]"),
        ("100%", "100%"),
        ("#1 fan", "#1 fan"),
        ("None of them", "None of them"),
        ("1001.0", "1001.0"),
    ],
)
def test_a_value_for_show_keeps_what_can_be_seen(db, sent, shown):
    assert db.call("c360.present_text", sent) == shown


@pytest.mark.parametrize("number", ["1001", "1001.0", "1.001e3", "100100e-2"])
def test_a_json_number_is_one_however_it_is_spelled(db, number):
    assert db.value("SELECT c360._scalar(%s::jsonb)", number) == "1001"
    assert db.value("SELECT c360._order_key(%s::jsonb)", number) == "1001"


@pytest.mark.parametrize(
    "sent", ["7001", "'7001", "'7001'", "\u20197001", "\u20187001\u2019", '"7001"', '="7001"', "7001\x1f"]
)
def test_an_identifier_is_one_whatever_quotation_marks_stand_around_it(db, sent):
    assert db.call("c360.normalise_id", sent) == "7001"
