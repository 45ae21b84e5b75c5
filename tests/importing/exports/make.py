"""Makes the exports beside it: `python tests/importing/exports/make.py`. Always the same; nobody in them is real.

Twelve people come first in each file, the same everywhere, and what golden records make of them stands in expected.py,
written by hand. The others bring the usual dirt: empty cells, doubled blanks, quotes, line breaks, mails that are none,
numbers in five spellings.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 300
COUNTRIES = {"VN": "Vietnam", "DE": "Germany", "AT": "Austria", "US": "United States", "GB": "United Kingdom"}


@dataclass(frozen=True)
class Person:
    """A customer as people typed it; days are days, everything else is text."""

    number: int
    first: str = ""
    last: str = ""
    email: str = ""
    phone: str = ""
    born: str = ""
    gender: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    language: str = ""
    company: str = ""
    title: str = ""
    tags: tuple[str, ...] = ()
    mails: bool | None = None
    texts: bool = False
    note: str = ""
    day: int = 0

    @property
    def created(self) -> datetime:
        return datetime(2023, 1, 1, 8, 30, tzinfo=UTC) + timedelta(days=self.day)

    @property
    def updated(self) -> datetime:
        return self.created + timedelta(days=200, hours=3)


TWELVE = (
    Person(
        1,
        " Văn  An ",
        "Nguyễn",
        "An.Nguyen@Shop.VN ",
        "0912 345 678",
        "1990-05-17",
        "Male",
        "12 Lê Lợi",
        "",
        "Huế",
        "Thừa Thiên Huế",
        "530000",
        "VN",
        "vi",
        "Trà Việt",
        "Buyer",
        ("VIP", "tea, green"),
        True,
        True,
        'said "xin chào"',
        3,
    ),
    Person(
        2,
        "Jürgen",
        "Müller",
        "juergen.mueller@example.de",
        "0171 2345678",
        "1975-12-01",
        "Male",
        "Hauptstraße 5",
        "",
        "Köln",
        "NRW",
        "50667",
        "DE",
        "de",
        "Müller & Söhne GmbH",
        "Geschäftsführer",
        ("wholesale",),
        False,
        False,
        "Zeile eins\nZeile zwei",
        10,
    ),
    Person(
        3,
        "Trần Thị",
        "Bích",
        "bich.tran@example.vn",
        "+84 987-654-321",
        "",
        "Female",
        "45/7 Nguyễn Huệ, P. Bến Nghé",
        "Tầng 3",
        "Hồ Chí Minh",
        "",
        "700000",
        "VN",
        "vi",
        "",
        "",
        (),
        None,
        False,
        "",
        17,
    ),
    Person(
        4,
        "Anna",
        "Schmidt",
        "ANNA.SCHMIDT@EXAMPLE.AT",
        "(0664) 1234567",
        "1988-02-29",
        "Female",
        "Mariahilfer Straße 88a",
        "Top 4",
        "Wien",
        "Wien",
        "1070",
        "AT",
        "de",
        "",
        "Ärztin",
        ("vip", "newsletter"),
        True,
        False,
        "",
        24,
    ),
    Person(5, "", "", "info.only@example.com", "", "", "", "", "", "", "", "", "", "", "", "", (), True, False, "", 31),
    Person(
        6,
        "John",
        "O'Connor",
        "john.oconnor@example.com",
        "+1 (415) 555-0132",
        "1969-07-20",
        "Male",
        "1 Market St",
        "Apt. 9",
        "San Francisco",
        "CA",
        "94105",
        "US",
        "en",
        "Moon, Inc.",
        'Chief "Moon" Officer',
        ("press",),
        False,
        True,
        "",
        38,
    ),
    Person(
        7,
        "Lê",
        "Hùng",
        "not-a-mail",
        "0903.111.222",
        "1995-11-03",
        "Male",
        "",
        "",
        "Đà Nẵng",
        "",
        "",
        "VN",
        "",
        "",
        "",
        ("walk-in",),
        None,
        False,
        "",
        45,
    ),
    Person(
        8,
        "Zoë",
        "Ångström-Weiß",
        "zoe@example.co.uk",
        "07911 123456",
        "2001-01-31",
        "Other",
        "221B Baker St",
        "",
        "London",
        "",
        "NW1 6XE",
        "GB",
        "en",
        "",
        "",
        (),
        True,
        True,
        "",
        52,
    ),
    Person(
        9,
        "Phạm",
        "Minh  Châu",
        "chau.pham+shop@example.vn",
        "84 91 2345 999",
        "1982-08-08",
        "Female",
        "8 Trần Phú",
        "",
        "Hà Nội",
        "",
        "100000",
        "VN",
        "vi",
        "",
        "Kế toán",
        ("VIP", "vip"),
        False,
        False,
        "",
        59,
    ),
    Person(
        10,
        "Max",
        "Mustermann",
        "max@example.de",
        "",
        "",
        "Male",
        "Am Markt 1",
        "",
        "Bonn",
        "",
        "53111",
        "DE",
        "de",
        "",
        "",
        (),
        None,
        False,
        "",
        66,
    ),
    Person(
        11,
        "Đỗ",
        "Quỳnh",
        "quynh.do@example.vn",
        "abc",
        "1999-09-09",
        "Female",
        "",
        "",
        "Cần Thơ",
        "",
        "",
        "VN",
        "vi",
        "",
        "",
        ("a;b",),
        True,
        False,
        "",
        73,
    ),
    Person(
        12,
        "Élodie",
        "Durand",
        "elodie@example.com",
        "0933 444 555",
        "1991-04-30",
        "Female",
        "3 Hai Bà Trưng",
        "",
        "Huế",
        "",
        "530000",
        "VN",
        "fr",
        "Café  Élodie",
        "",
        ("tea", "coffee"),
        True,
        True,
        "",
        80,
    ),
)

_FIRST = [
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Jürgen",
    "Käthe",
    "Lukas",
    "Mai",
    "Ngọc",
    "Oliver",
    "Phúc",
    "Sofie",
    "Thảo",
    "Uwe",
]
_LAST = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Müller",
    "Schäfer",
    "Weiß",
    "Groß",
    "Huỳnh",
    "Vũ",
    "Đặng",
    "Bùi",
    "Köhler",
]
_CITY = ["Huế", "Hà Nội", "Đà Nẵng", "Cần Thơ", "Nha Trang"]


def others() -> list[Person]:
    """Everybody after the twelve. No two have a mail or number in common."""
    chance = random.Random(20260501)
    people = []
    for number in range(len(TWELVE) + 1, ROWS + 1):
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        digits = f"98{number:07d}"
        spelled = (
            f"0{digits}",
            f"+84{digits}",
            f"84 {digits[:3]} {digits[3:6]} {digits[6:]}",
            f"0{digits[:3]}-{digits[3:]}",
            f"(0{digits[:2]}) {digits[2:]}",
        )
        mail = f"{'Kunde' if number % 2 else 'khach'}.{number}@Example.com"
        people.append(
            Person(
                number,
                first if number % 9 else f"  {first} ",
                last,
                "" if number % 10 == 3 else "wrong@" if number % 25 == 0 else mail,
                "" if number % 10 == 5 else "12" if number % 50 == 1 else chance.choice(spelled),
                "" if number % 3 == 0 else f"{1950 + number % 50}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
                ("Male", "Female", "")[number % 3],
                f"{number} Lê Lợi" + (', Flat "A"' if number % 20 == 0 else ""),
                "",
                chance.choice(_CITY),
                "",
                f"{500000 + number}" if number % 4 else "",
                "VN",
                "vi" if number % 2 else "",
                "",
                "",
                (("VIP",), (), ("tea", "new, 2026"))[number % 3],
                (True, False, None)[number % 3],
                number % 7 == 0,
                "first line\nsecond line" if number % 30 == 0 else "",
                number,
            )
        )
    return people


EVERYBODY = [*TWELVE, *others()]

Row = dict[str, str]


def iso(day: str) -> str:
    return day


def american(day: str) -> str:
    return f"{int(day[5:7])}/{int(day[8:])}/{day[:4]}" if day else ""


def minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def second(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def hubspot(one: Person) -> Row:
    return {
        "Record ID": str(51000 + one.number),
        "First Name": one.first,
        "Last Name": one.last,
        "Email": one.email,
        "Additional email addresses": "jm@example.de;mueller@example.de" if one.number == 2 else "",
        "Phone Number": one.phone,
        "Mobile Phone Number": "",
        "Date of Birth": one.born,
        "Gender": one.gender,
        "Job Title": one.title,
        "Company Name": one.company,
        "Street Address": one.street,
        "City": one.city,
        "State/Region": one.state,
        "Postal Code": one.zip,
        "Country/Region": COUNTRIES.get(one.country, ""),
        "Preferred language": one.language,
        "Unsubscribed from all email": "true" if one.mails is False else "",
        "Opted out of email: One to One": "false",
        "Lifecycle Stage": ("Customer", "Lead", "Subscriber")[one.number % 3],
        "Lead Status": "",
        "Contact owner": "Hoa Lê (hoa@shop.vn)",
        "Marketing contact status": "Marketing contact",
        "Last Modified Date": minute(one.updated),
        "Create Date": minute(one.created),
        "Associated Company IDs": "881",
        "Favourite colour": "blue",
    }


def salesforce(one: Person) -> Row:
    return {
        "Contact ID": f"0035g00000A{one.number:04d}AAA"[:18],
        "Salutation": "",
        "First Name": one.first,
        "Last Name": one.last,
        "Title": one.title,
        "Account Name": one.company,
        "Mailing Street": one.street,
        "Mailing City": one.city,
        "Mailing State/Province": one.state,
        "Mailing Zip/Postal Code": one.zip,
        "Mailing Country": COUNTRIES.get(one.country, ""),
        "Phone": "",
        "Mobile": one.phone,
        "Email": one.email,
        "Birthdate": one.born,
        "Email Opt Out": "1" if one.mails is False else "0",
        "Do Not Call": "1" if one.texts else "0",
        "Lead Source": "Web",
        "Contact Owner": "Hoa Lê",
        "Last Modified Date": one.updated.strftime("%Y-%m-%d"),
        "Created Date": one.created.strftime("%Y-%m-%d"),
    }


def salesforce_api(one: Person) -> Row:
    return {
        "ID": f"0035g00000A{one.number:04d}AAA"[:18],
        "ISDELETED": "false",
        "MASTERRECORDID": "",
        "ACCOUNTID": "0015g00000XyZAAA",
        "LASTNAME": one.last,
        "FIRSTNAME": one.first,
        "MAILINGSTREET": one.street,
        "MAILINGCITY": one.city,
        "MAILINGSTATE": one.state,
        "MAILINGPOSTALCODE": one.zip,
        "MAILINGCOUNTRY": COUNTRIES.get(one.country, ""),
        "PHONE": "",
        "MOBILEPHONE": one.phone,
        "EMAIL": one.email,
        "TITLE": one.title,
        "BIRTHDATE": one.born,
        "OWNERID": "0055g000001abcAAA",
        "HASOPTEDOUTOFEMAIL": "true" if one.mails is False else "false",
        "DONOTCALL": "true" if one.texts else "false",
        "CREATEDDATE": one.created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "LASTMODIFIEDDATE": one.updated.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "SYSTEMMODSTAMP": one.updated.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }


def salesforce_leads(one: Person) -> Row:
    return {
        "Lead ID": f"00Q5g00000B{one.number:04d}AAA"[:18],
        "First Name": one.first,
        "Last Name": one.last,
        "Company / Account": one.company,
        "Email": one.email,
        "Mobile": one.phone,
        "Title": one.title,
        "Street": one.street,
        "City": one.city,
        "State/Province": one.state,
        "Zip/Postal Code": one.zip,
        "Country": COUNTRIES.get(one.country, ""),
        "Lead Source": "Fair",
        "Lead Status": "Open",
        "Rating": "Warm",
        "Lead Owner": "Hoa Lê",
        "Email Opt Out": "TRUE" if one.mails is False else "FALSE",
        "Last Modified": one.updated.strftime("%Y-%m-%d"),
    }


def shopify(one: Person) -> Row:
    return {
        "Customer ID": f"'72104483{one.number:05d}",
        "First Name": one.first,
        "Last Name": one.last,
        "Email": one.email,
        "Accepts Email Marketing": "yes" if one.mails else "no",
        "Default Address Company": one.company,
        "Default Address Address1": one.street,
        "Default Address Address2": one.street2,
        "Default Address City": one.city,
        "Default Address Province Code": one.state,
        "Default Address Country Code": one.country,
        "Default Address Zip": f"'{one.zip}" if one.zip[:1].isdigit() else one.zip,
        "Default Address Phone": "",
        "Phone": one.phone,
        "Accepts SMS Marketing": "yes" if one.texts else "no",
        "Total Spent": f"{one.number * 10}.50",
        "Total Orders": str(one.number % 5),
        "Note": one.note,
        "Tax Exempt": "no",
        "Tags": ", ".join(tag.replace(",", " -") for tag in one.tags),
    }


def mailchimp(one: Person) -> Row:
    return {
        "Email Address": one.email,
        "First Name": one.first,
        "Last Name": one.last,
        "Phone Number": one.phone,
        "Birthday": one.born and f"{one.born[5:7]}/{one.born[8:]}",
        "MEMBER_RATING": "2",
        "OPTIN_TIME": second(one.created) if one.mails is not None else "",
        "OPTIN_IP": "192.0.2.7",
        "CONFIRM_TIME": second(one.created + timedelta(minutes=4)) if one.mails is not None else "",
        "CONFIRM_IP": "192.0.2.7",
        "LATITUDE": "16.46",
        "LONGITUDE": "107.59",
        "GMTOFF": "7",
        "DSTOFF": "7",
        "TIMEZONE": "Asia/Ho_Chi_Minh",
        "CC": "VN",
        "REGION": "26",
        "LAST_CHANGED": second(one.updated),
        "LEID": str(90498000 + one.number),
        "EUID": f"81{one.number:08x}",
        "NOTES": one.note,
        "TAGS": ",".join(f'"{tag}"' for tag in one.tags),
    }


def mailchimp_unsubscribed(one: Person) -> Row:
    left = {
        "UNSUB_TIME": second(one.updated),
        "UNSUB_CAMPAIGN_TITLE": "Tết",
        "UNSUB_CAMPAIGN_ID": "a1b2",
        "UNSUB_REASON": "NORMAL",
        "UNSUB_REASON_OTHER": "",
    }
    return mailchimp(one) | left


def mailchimp_cleaned(one: Person) -> Row:
    return mailchimp(one) | {
        "CLEAN_TIME": second(one.updated),
        "CLEAN_CAMPAIGN_TITLE": "Tết",
        "CLEAN_CAMPAIGN_ID": "a1b2",
    }


def stripe(one: Person) -> Row:
    return {
        "id": f"cus_R8xKpLmN{one.number:06d}",
        "Description": one.note,
        "Email": one.email,
        "Name": f"{one.first} {one.last}",
        "Created (UTC)": minute(one.created),
        "Phone": one.phone,
        "Card ID": "card_1Q",
        "Card Last4": "4242",
        "Card Brand": "Visa",
        "Card Exp Month": "9",
        "Card Exp Year": "2029",
        "Card Name": f"{one.first} {one.last}",
        "Card Address Line1": one.street,
        "Card Address Line2": one.street2,
        "Card Address City": one.city,
        "Card Address State": one.state,
        "Card Address Country": one.country,
        "Card Address Zip": one.zip,
        "Delinquent": "false",
        "Currency": "eur" if one.country in ("DE", "AT") else "",
        "Total Spend": f"{one.number}.00",
        "Payment Count": "1",
        "Refunded Volume": "0.00",
        "Business Vat ID": "",
        "tier (metadata)": "gold" if one.number % 2 else "",
    }


def magento(one: Person) -> Row:
    return {
        "ID": str(one.number),
        "Name": f"{one.first} {one.last}",
        "Email": one.email,
        "Group": "General",
        "Phone": one.phone,
        "ZIP": one.zip,
        "Country": COUNTRIES.get(one.country, ""),
        "State/Province": one.state,
        "Customer Since": one.created.strftime("%b %d, %Y, %I:%M:%S %p"),
        "Web Site": "Main Website",
        "Confirmed email": "Confirmation Not Required",
        "Account Created in": "Default Store View",
        "Billing Address": f"{one.street} {one.city} {one.zip}",
        "Shipping Address": "",
        "Date of Birth": one.born,
        "Tax VAT Number": "",
        "Gender": one.gender,
        "Street Address": one.street,
        "City": one.city,
        "Fax": "",
        "VAT Number": "",
        "Company": one.company,
        "Billing Firstname": one.first,
        "Billing Lastname": one.last,
        "Account Lock": "Unlocked",
    }


def magento_main(one: Person) -> Row:
    return {
        "email": one.email,
        "_website": "base",
        "_store": "default",
        "confirmation": "",
        "created_at": second(one.created),
        "created_in": "Default Store View",
        "disable_auto_group_change": "0",
        "dob": one.born,
        "firstname": one.first,
        "gender": one.gender,
        "group_id": "1",
        "lastname": one.last,
        "middlename": "",
        "password_hash": "d708be3fe0fe:mgLqkqgT:1",
        "prefix": "",
        "rp_token": "07e71459c137f4da",
        "rp_token_created_at": second(one.created),
        "store_id": "1",
        "suffix": "",
        "taxvat": "",
        "updated_at": second(one.updated),
        "website_id": "1",
        "password": "",
        "_address_city": one.city,
        "_address_company": one.company,
        "_address_country_id": one.country,
        "_address_fax": "",
        "_address_firstname": one.first,
        "_address_lastname": one.last,
        "_address_middlename": "",
        "_address_postcode": one.zip,
        "_address_prefix": "",
        "_address_region": one.state,
        "_address_street": one.street,
        "_address_suffix": "",
        "_address_telephone": one.phone,
        "_address_vat_id": "",
        "_address_default_billing_": "1",
        "_address_default_shipping_": "1",
    }


EXPORTS: dict[str, Callable[[Person], Row]] = {
    "hubspot": hubspot,
    "salesforce": salesforce,
    "salesforce_api": salesforce_api,
    "salesforce_leads": salesforce_leads,
    "shopify": shopify,
    "mailchimp": mailchimp,
    "mailchimp_unsubscribed": mailchimp_unsubscribed,
    "mailchimp_cleaned": mailchimp_cleaned,
    "stripe": stripe,
    "magento": magento,
    "magento_main": magento_main,
}


def main() -> None:
    for name, row in EXPORTS.items():
        rows = [row(one) for one in EVERYBODY]
        with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
