"""Numbering plans and names of countries, beside the sources they were made from."""

import json
import re

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType
from tools.phone_plans import generate

PERSONAL = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
)

READ = """
    SELECT sent, country, c360.normalise_phone(sent, country)
    FROM json_to_recordset(%s) AS numbers (sent text, country text)
"""


def read(db, numbers):
    """What the normaliser makes of (sent, country)."""
    sent = json.dumps([{"sent": number, "country": country} for number, country in numbers])
    return {(row[0], row[1]): row[2] for row in db.rows(READ, sent)}


def examples():
    """A number of each kind that a person may have, for every country."""
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in PERSONAL:
            if number := phonenumbers.example_number_for_type(region, kind):
                yield region, number


def written(number, form, spaced):
    text = phonenumbers.format_number(number, form)
    return text if spaced else re.sub("[^0-9+]", "", text)


@pytest.mark.parametrize("spaced", [True, False], ids=["with blanks", "digits only"])
@pytest.mark.parametrize(
    "form",
    [PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL],
    ids=["as dialled at home", "with country code"],
)
def test_numbers_of_every_country_are_read_as_their_plan_says(db, form, spaced):
    wanted = {
        (written(number, form, spaced), region): phonenumbers.format_number(number, PhoneNumberFormat.E164)
        for region, number in examples()
    }

    got = read(db, wanted)

    assert {key: (got[key], e164) for key, e164 in wanted.items() if got[key] != e164} == {}


def codes_and_numbers(trunk):
    for region, number in examples():
        if not trunk or PhoneMetadata.metadata_for_region(region).national_prefix_for_parsing == trunk:
            national = phonenumbers.national_significant_number(number)
            e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            yield f"+{number.country_code}{trunk}{national}", e164


@pytest.mark.parametrize("trunk", ["", "0"], ids=["without trunk prefix", "with it"])
def test_numbers_with_the_country_code_are_read_in_a_country_of_no_plan(db, trunk):
    wanted = {(sent, "XX"): e164 for sent, e164 in codes_and_numbers(trunk)}

    got = read(db, wanted)

    assert {key: (got[key], e164) for key, e164 in wanted.items() if got[key] != e164} == {}


@pytest.mark.parametrize("length", [-2, 3], ids=["two digits short", "three digits long"])
def test_numbers_of_a_length_that_nobody_has_are_none(db, length):
    """Where all numbers of a country have one length and always had."""
    renumbered = {int(row["calling_code"]) for row in generate.renumbering_rows()}
    numbers = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        known = PhoneMetadata.metadata_for_region(region)
        # Some plans add the area code to a short number.
        if number.country_code in renumbered or known.national_prefix_transform_rule:
            continue
        if len(known.general_desc.possible_length) > 1:
            continue
        national = phonenumbers.national_significant_number(number)
        numbers.append((f"+{number.country_code}{(national + '777')[: len(national) + length]}", region))

    got = read(db, numbers)

    assert len(numbers) > 70
    assert {key: value for key, value in got.items() if value} == {}


def test_a_number_taken_as_it_is_would_be_read_as_that(db):
    """Every calling code and all that may follow it in three digits, in the lengths that pass as plain."""
    odd = db.rows(
        """
        SELECT plain.number, c360._international_phone(substr(plain.number, 2), plain.number)
        FROM (
            SELECT '+' || beginning || substr('2837465192', 1, digits - 5) AS number
            FROM generate_series(10000, 99999) AS beginning, generate_series(10, 13) AS digits
        ) AS plain
        WHERE c360._is_plain_phone(plain.number)
          AND c360._international_phone(substr(plain.number, 2), plain.number) IS DISTINCT FROM plain.number
        """
    )
    assert odd == []


@pytest.mark.parametrize(
    "row", generate.renumbering_rows(), ids=lambda row: f"{row['calling_code']} {row['from']} until {row['since']}"
)
def test_an_old_form_is_nobodys_number_today(row):
    """Or counts only where its area code stands apart."""
    if row["apart"]:
        return
    for old, _ in generate.prefixes(row["from"], row["to"]):
        for rest in ("2345678901", "8765432109", "3333333333", "6054321987"):
            digits = (old + rest)[: int(row["digits"])]
            number = phonenumbers.PhoneNumber(
                country_code=int(row["calling_code"]),
                national_number=int(digits),
                italian_leading_zero=digits[0] == "0",
            )
            assert not phonenumbers.is_valid_number(number), digits


@pytest.mark.parametrize(
    ("country", "sent", "now"),
    [
        ("VN", "01634 567 111", "+84334567111"),
        ("VN", "+84 163 4567 111", "+84334567111"),
        ("VN", "0120 123 4567", "+84701234567"),
        ("VN", "84 199 123 4567", "+84591234567"),
        ("VN", "04 3825 1234", "+842438251234"),
        ("VN", "+84 4 3825 1234", "+842438251234"),
        ("VN", "0511 3 888 888", "+842363888888"),
        ("VN", "(08) 3825 1234", "+842838251234"),
        ("VN", "08 3825 1234", "+842838251234"),
        ("VN", "+84 8 3825 1234", "+842838251234"),
        ("VN", "083 825 1234", "+84838251234"),  # a mobile of today
        ("VN", "0838251234", "+84838251234"),
        ("VN", "1900 123456", "+841900123456"),
        ("MX", "044 55 1234 5678", "+525512345678"),
        ("US", "+52 1 55 1234 5678", "+525512345678"),
        ("AR", "011 15-2345-6789", "+5491123456789"),
        ("US", "+54 11 15 2345 6789", "+5491123456789"),
        ("BR", "(11) 8123-4567", "+5511981234567"),
        ("BR", "(11) 3123-4567", "+551131234567"),
        ("BR", "0 15 11 98123-4567", "+5511981234567"),
        ("CI", "07 01 02 03", "+2250707010203"),
        ("BJ", "97 12 34 56", "+2290197123456"),
        ("GB", "0171 123 4567", "+442071234567"),
    ],
)
def test_a_number_of_before_a_renumbering_is_the_one_of_today(db, country, sent, now):
    assert db.call("c360.normalise_phone", sent, country) == now


@pytest.mark.parametrize(
    ("country", "sent"),
    [
        ("VN", "0912345678 / 0913456789"),
        ("VN", "0912345678;0913456789"),
        ("VN", "0912 345 678, 0913 456 789"),
        ("VN", "0912345678 - 0913456789"),
        ("VN", "+84912345678+84913456789"),
        ("VN", "0912345678 hoặc 0913456789"),
        ("VN", "0912345678\n0913456789"),
        ("DE", "030/12345, 030/12346"),
        ("DE", "030 12345 / 030 12346"),
        ("DE", "0049 30 12345 / 12346"),
        ("VN", "0912345678, 0912345678, 0913456789"),
        ("VN", "0912345678, 0912345678, 12345"),
        ("VN", "0912345678 / 79"),
    ],
)
def test_several_numbers_in_one_field_are_none(db, country, sent):
    assert db.call("c360.normalise_phone", sent, country) is None


@pytest.mark.parametrize(
    "sent",
    [
        *(
            "0912345678, 0912345678",
            "0912345678;0912 345 678",
            "0912345678 / +84 912 345 678",
            "0912345678|84912345678",
        ),
        *(
            "0912 345 678 (0912345678)",
            "0912345678\n+84912345678",
            "0912345678 hoặc 0912345678",
            "0912345678 - 0912345678",
        ),
        *(
            "0912345678 0912345678",
            "912345678 912345678",
            "+84912345678+84912345678",
            "Tel: 0912345678, Zalo: 0912345678",
        ),
    ],
)
def test_one_number_written_twice_in_a_field_is_that_number(db, sent):
    assert db.call("c360.normalise_phone", sent, "VN") == "+84912345678"


@pytest.mark.parametrize(
    "sent",
    [
        *("912000333.0", "0912000333.0", "+84912000333.0", "912000333.00"),
        *("'0912000333", "'+84912000333", '="0912000333"', "\t0912000333", "’0912000333"),
        *("0912–000–333", "0912‑000‑333", "0912\u00a0000\u00a0333", "\u202a+84912000333\u202c", "0912\u200b000333"),
        *(
            "０９１２０００３３３",
            "＋８４９１２０００３３３",
            "٠٩١٢٠٠٠٣٣٣",
            "(+84) 912.000.333",
            "whatsapp:+84912000333",
        ),
        *("ĐT: 0912000333", "Zalo 0912000333", "p:+84912000333", "0912000333 (Zalo)", "+84 912000333; ext=5"),
    ],
)
def test_the_same_number_as_programs_and_keyboards_write_it(db, sent):
    assert db.call("c360.normalise_phone", sent, "VN") == "+84912000333"


@pytest.mark.parametrize(
    ("country", "sent", "number"),
    [
        *(
            ("DE", sent, "+491712345678")
            for sent in ("0049 171 / 234 56 78", "+49 (0)171 2345678", "00 49 171 2345678")
        ),
        *(
            ("VN", sent, "+491712345678")
            for sent in ("0049 171 / 234 56 78", "0049 (0) 171 2345678", "+49/171/2345678")
        ),
        *(
            ("US", sent, "+491712345678")
            for sent in ("011 49 171 2345678", "+49 [0] 171 2345678", "TEL:+49-171-2345678")
        ),
        *(("US", sent, "+491712345678") for sent in ("tel:+491712345678;ext=12", "tel:0171-2345678;phone-context=+49")),
        *(
            ("DE", sent, "+491712345678")
            for sent in ("Handy 0171 2345678", "callto:+491712345678", "Mobil: 0171/2345678")
        ),
        *(("RU", sent, "+79123456789") for sent in ("8 912 345-67-89", "8(912)3456789", "+7 (912) 345-67-89")),
        *(("KZ", sent, "+77012345678") for sent in ("8 701 234 56 78", "+7 701 234 56 78", "7012345678")),
        *(("US", sent, "+84901234567") for sent in ("+84.90.123.4567", "(+84) 90-123-4567", "+84 (0) 90 123 4567")),
    ],
)
def test_what_is_dialled_before_a_number_is_no_part_of_it(db, country, sent, number):
    assert db.call("c360.normalise_phone", sent, country) == number


@pytest.mark.parametrize(
    "sent",
    [
        "09120003334",
        "0912000333 4",
        "hotline",
        "+84 12345",
        "+84 91234567",
        "+999 123456789",
        "+0912345678",
        "9.12E+8",
        "+84 84 912 345 678",
        "+7 8 912 345-67-89",
        "+789123456789",
        "0912 ABC 333",
        "1-800-FLOWERS",
    ],
)
def test_what_nobody_can_have_is_no_number(db, sent):
    assert db.call("c360.normalise_phone", sent, "VN") is None


def test_names_of_countries_in_english_and_their_own_languages_are_understood(db):
    names = {
        (name, country)
        for country, name in (
            *generate.three_letters(),
            *generate.names_by_hand(),
            *generate.own_names(),
            *generate.cldr_names("en"),
        )
        if country in phonenumbers.SUPPORTED_REGIONS
    }
    sent = json.dumps([{"name": name, "country": country} for name, country in sorted(names)])

    odd = db.rows(
        """
        SELECT sent.name, sent.country, read.country
        FROM json_to_recordset(%s) AS sent (name text, country text)
        CROSS JOIN unnest(ARRAY[
            sent.name, ' ' || sent.name || ' ',
            upper(sent.name COLLATE c360.letters), lower(sent.name COLLATE c360.letters)
        ]) AS spelling
        CROSS JOIN c360.normalise_country(spelling) AS read (country)
        WHERE read.country IS DISTINCT FROM sent.country
        """,
        sent,
    )

    assert len(names) > 800
    assert odd == []


@pytest.mark.parametrize(
    ("sent", "country"),
    [
        *(
            ("Nouvelle-Zélande", "NZ"),
            ("Aotearoa", "NZ"),
            ("nzl", "NZ"),
            ("U.S.A.", "US"),
            ("U.S.", "US"),
            ("u.k.", "GB"),
        ),
        *(
            ("the United States", "US"),
            ("United States (US)", "US"),
            ("VIỆT NAM", "VN"),
            ("Viet-Nam", "VN"),
            ("Mỹ", "US"),
        ),
        *(("Úc", "AU"), ("Oesterreich", "AT"), ("Cote d'Ivoire", "CI"), ("Côte d’Ivoire", "CI"), ("St. Lucia", "LC")),
        *(
            ("Trinidad & Tobago", "TT"),
            ("Korea, Republic of", "KR"),
            ("РОССИЯ", "RU"),
            ("ＵＳＡ", "US"),
            ("Holland", "NL"),
        ),
        *(("GER", "DE"), ("VN - Vietnam", "VN"), ("VN-Vietnam", "VN"), ("Viet Nam (VN)", "VN"), ("VN (Vietnam)", "VN")),
        *(("(VN) Việt Nam", "VN"), ("Vietnam, VN", "VN"), ("Deutschland / GER", "DE"), ("EL", "GR"), ("SUI", "CH")),
        *((odd, odd) for odd in ("US - Vietnam", "Georgia (US)", "Viet", "New Land", "+84", "en-US")),
        *(("my", "MY"), ("Atlantis", "Atlantis"), ("QQ", "QQ"), ("New Zeeland", "New Zeeland")),
    ],
)
def test_a_country_is_understood_as_people_write_it_or_stays_as_it_is(db, sent, country):
    assert db.call("c360.normalise_country", sent) == country
