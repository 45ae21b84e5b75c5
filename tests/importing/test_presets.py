"""Exports of known systems: recognised by their header, understood as a whole, the same by SQL and from a file."""

from __future__ import annotations

import csv
import json
import runpy
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.command_line import clean_environment
from support.observations import resolve
from support.terminal import at_a_terminal

EXPORTS = Path(__file__).parent / "exports"
PEOPLE = runpy.run_path(str(EXPORTS / "expected.py"))["PEOPLE"]

NAMES = {"first_name", "last_name"}
PLACE = {"address_line1", "city", "state", "zip_code", "country"}
CONTACT = {"email", "phone_number"}
# What a file has of the attributes of expected.py, and what is another there than elsewhere.
HOLDS = {
    "hubspot": NAMES | CONTACT | PLACE | {"date_of_birth", "gender", "preferred_language", "occupation"},
    "salesforce": NAMES | CONTACT | PLACE | {"date_of_birth", "occupation"},
    "salesforce_api": NAMES | CONTACT | PLACE | {"date_of_birth", "occupation"},
    "salesforce_leads": NAMES | CONTACT | PLACE | {"occupation"},
    "shopify": NAMES | CONTACT | PLACE | {"address_line2", "persona_tags"},
    "mailchimp": NAMES | CONTACT | {"persona_tags"},
    "mailchimp_unsubscribed": NAMES | CONTACT | {"persona_tags"},
    "mailchimp_cleaned": NAMES | CONTACT | {"persona_tags"},
    "stripe": {"full_name"} | CONTACT | PLACE | {"address_line2", "preferred_currency"},
    "magento": {"full_name"} | CONTACT | PLACE | {"date_of_birth", "gender"},
    "magento_main": NAMES | CONTACT | PLACE | {"date_of_birth", "gender"},
}
# No country stands in the files of Mailchimp, and this tenant has none: a number without a code of a country is none.
_ABROAD = {number: {"phone_number": None} for number in (1, 2, 4, 7, 8, 9, 12)}
OTHERWISE = {
    # Its tags cannot hold a comma, and a semicolon parts them.
    "shopify": {1: {"persona_tags": ["VIP", "tea - green"]}, 11: {"persona_tags": ["a", "b"]}},
    "mailchimp": _ABROAD,
    "mailchimp_unsubscribed": _ABROAD,
    "mailchimp_cleaned": _ABROAD,
}
EMAIL, SMS, PHONE = "email_marketing", "sms_marketing", "phone_marketing"
CONSENTS = {
    "hubspot": {(EMAIL, False): 99},
    "salesforce": {(EMAIL, False): 99, (PHONE, False): 45},
    "salesforce_api": {(EMAIL, False): 99, (PHONE, False): 45},
    "salesforce_leads": {(EMAIL, False): 99},
    "shopify": {(EMAIL, True): 102, (EMAIL, False): 198, (SMS, True): 45, (SMS, False): 255},
    "mailchimp": {(EMAIL, True): 201},
    "mailchimp_unsubscribed": {(EMAIL, True): 201, (EMAIL, False): 300},
    "mailchimp_cleaned": {(EMAIL, True): 201, (EMAIL, False): 300},
    "stripe": {},
    "magento": {},
    "magento_main": {},
}
# Two columns have numbers in files of HubSpot.
UNUSABLE = {"hubspot": {"email": 13, "phone": 6}, "mailchimp": {"email": 13, "phone_number": 205}}
LEFT_OUT = {
    "hubspot": {"Record ID": "needs_source", "Associated Company IDs": "not_taken", "Favourite colour": "unknown"},
    "salesforce": {"Contact ID": "needs_source"},
    "salesforce_api": {
        "ID": "needs_source",
        "MASTERRECORDID": "not_taken",
        "OWNERID": "not_taken",
        "SYSTEMMODSTAMP": "duplicate",
    },
    "salesforce_leads": {"Lead ID": "needs_source"},
    "shopify": {"Customer ID": "needs_source"},
    "mailchimp": {
        "OPTIN_IP": "not_taken",
        "CONFIRM_IP": "not_taken",
        "LATITUDE": "not_taken",
        "LONGITUDE": "not_taken",
        "GMTOFF": "not_taken",
        "DSTOFF": "not_taken",
        "LEID": "needs_source",
    },
    "stripe": {
        "id": "needs_source",
        "Card ID": "secret",
        "Card Last4": "secret",
        "Card Brand": "secret",
        "Card Exp Month": "secret",
        "Card Exp Year": "secret",
        "Card Name": "not_taken",
    },
    "magento": {
        "ID": "needs_source",
        "Billing Firstname": "not_taken",
        "Billing Lastname": "not_taken",
        "Account Lock": "not_taken",
    },
    "magento_main": {
        "disable_auto_group_change": "not_taken",
        "password_hash": "secret",
        "rp_token": "secret",
        "rp_token_created_at": "secret",
        "store_id": "duplicate",
        "website_id": "duplicate",
        "password": "secret",
        "_address_firstname": "not_taken",
        "_address_lastname": "not_taken",
        "_address_middlename": "not_taken",
        "_address_prefix": "not_taken",
        "_address_suffix": "not_taken",
    },
}
LEFT_OUT["mailchimp_unsubscribed"] = LEFT_OUT["mailchimp"] | {"UNSUB_CAMPAIGN_ID": "not_taken"}
LEFT_OUT["mailchimp_cleaned"] = LEFT_OUT["mailchimp"] | {"CLEAN_CAMPAIGN_ID": "not_taken"}


def preset_of(export):
    return export.partition("_")[0]


def rows_of(export):
    with (EXPORTS / f"{export}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def purposes(db):
    for purpose in (EMAIL, SMS, PHONE):
        db.call("c360.set_consent_purpose", "acme", purpose)


@pytest.fixture
def table(db):
    """table("shopify") is a table with an export in it, all texts."""

    def make(export, rows=None, name="crm.people"):
        rows = rows or rows_of(export)
        columns = list(rows[0])
        db.execute("CREATE SCHEMA IF NOT EXISTS crm")
        db.execute(f"DROP TABLE IF EXISTS {name}")
        db.execute(f"CREATE TABLE {name} ({', '.join(f'{quoted(column)} text' for column in columns)})")
        with db.connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[column] for column in columns])
        return name

    return make


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def golden(db, export, number):
    """The golden record of one of the twelve, with the attributes of the file that are not empty."""
    person = PEOPLE[number]
    way = "email" if "email" in person else "last_name" if "last_name" in HOLDS[export] else "full_name"
    found = db.rows(f"SELECT to_jsonb(own.*) FROM tenant_acme.cdp_profiles AS own WHERE {way} = %s", person[way])
    assert len(found) == 1, (number, found)
    return {name: value for name, value in found[0][0].items() if name in HOLDS[export] and value not in (None, [])}


def expected(export, number):
    person = PEOPLE[number] | OTHERWISE.get(export, {}).get(number, {})
    return {name: value for name, value in person.items() if name in HOLDS[export] and value is not None}


def check(db, export, answer):
    assert (answer["preset"], answer["rows"], answer["new"], answer["rejected"]) == (preset_of(export), 300, 300, 0)
    assert answer["unusable"] == UNUSABLE.get(preset_of(export), {"email": 13, "phone_number": 6})
    assert {left["column"]: left["reason"] for left in answer["left_out"]} == LEFT_OUT[export]
    assert set(answer["mapping"]) | set(LEFT_OUT[export]) == set(rows_of(export)[0])
    resolve(db)
    assert {number: golden(db, export, number) for number in PEOPLE} == {
        number: expected(export, number) for number in PEOPLE
    }
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles") == 300
    said = db.rows("SELECT purpose, is_granted, count(*) FROM tenant_acme.cdp_consents GROUP BY 1, 2")
    assert {(purpose, is_granted): count for purpose, is_granted, count in said} == CONSENTS[export]


@pytest.mark.parametrize("export", HOLDS)
def test_an_export_is_understood_as_a_whole_in_sql(db, purposes, table, export):
    answer = db.call("tenant_acme.import_raw_profiles", table(export), p_preset=preset_of(export))

    check(db, export, answer)


@pytest.mark.parametrize("export", HOLDS)
def test_a_file_without_any_flag_is_recognised_and_comes_in_the_same(
    database, db, connect, purposes, command_line, export
):
    db.connection.commit()
    arguments = ("import", "acme", str(EXPORTS / f"{export}.csv"), "--dsn", database.dsn, "--json")

    done = command_line.run(*arguments, cwd=EXPORTS, environment=clean_environment())

    assert done.returncode == 0, done.stderr
    assert f"this is an export of {preset_of(export)}" in done.stderr
    answer = json.loads(done.stdout)
    assert answer["detected"] is True
    check(db, export, answer)


def people_of(db):
    resolve(db)
    return db.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles")


SHOP = ("ID", "Name", "Email", "Customer Since", "Web Site")


def shop(city):
    return [
        dict(zip(SHOP, (str(number), f"{city} {number}", f"{city}.{number}@shop.vn", "", "Main"), strict=True))
        for number in range(1, 301)
    ]


@pytest.mark.parametrize(("sources", "people"), [(("import", "import"), 600), (("hue", "hanoi"), 600)])
def test_two_shops_with_the_same_numbers_stay_apart(db, table, sources, people):
    for source, city in zip(sources, ("hue", "hanoi"), strict=True):
        db.call("tenant_acme.import_raw_profiles", table("magento", shop(city)), p_preset="magento", p_source=source)

    assert people_of(db) == people


def test_a_number_makes_one_person_of_a_customer_of_one_shop_who_changes_the_mail(db, table):
    first, second = shop("hue"), [row | {"Email": f"new.{row['Email']}"} for row in shop("hue")]

    for rows in (first, second):
        db.call("tenant_acme.import_raw_profiles", table("magento", rows), p_preset="magento", p_source="hue")

    assert people_of(db) == 300


@pytest.mark.parametrize(
    ("preset", "numbers"),
    [
        ("hubspot", ("Record ID", "Contact ID", "Customer ID")),
        ("stripe", ("id", "Customer ID")),
        ("magento", ("ID", "Customer ID")),
    ],
)
def test_two_kinds_of_numbers_are_never_taken_for_one(db, preset, numbers):
    columns = [{"name": name, "kind": "any"} for name in (*numbers, "Email")]

    proposed = db.call("tenant_acme.propose_import", "own", Jsonb(columns), None, Jsonb({"preset": preset}))

    assert {name: proposed["mapping"].get(name) for name in numbers} == dict.fromkeys(numbers) | {
        numbers[0]: "identifiers.crm_id:own"
    }


HEADERS = {
    "hubspot": [
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date (GMT+7)",
        "Record ID - Contact,First Name,Last Name,Email",
        "email,firstname,lastname,hs_object_id,lifecyclestage",
        "Contact ID,Email,Lifecycle Stage,Becoming ID",
        'RECORD ID, e-mail ,"lifecycle stage",Họ',
        "firstname,lastname,email,mobilephone,hs_email_optout,hs_email_optout_12345,createdate,lastmodifieddate",
        "First Name,Last Name,Email,Lifecycle Stage,Contact owner,Unsubscribed from all email",
    ],
    "salesforce": [
        "Id,IsDeleted,AccountId,LastName,FirstName,Email",
        "Contact ID,First Name,Last Name,Account Name",
        "Salutation,First Name,Last Name,Mailing Street,Mailing City,Mailing Zip/Postal Code",
        "Lead ID,Company / Account,Lead Source,Rating",
        "ID,LASTNAME,LEADSOURCE,ISCONVERTED,HASOPTEDOUTOFEMAIL",
        "First Name,Last Name,Mailing Street,Mailing State/Province,Reports To: Last Name,Custom__c",
    ],
    "shopify": [
        "First Name,Last Name,Email,Company,Address1,City,Province Code,Accepts Marketing,Total Spent,Tax Exempt",
        "First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Tags,Total Spent,Total Orders",
        "ID,Email,State,Email Marketing: Status,Total Spent,Address ID,Address Line 1,Metafield: custom.size",
        "ID,Email,Accepts Email Marketing,Accepts SMS Marketing,Geburtstag (customer.metafields.facts.birth_date)",
    ],
    "mailchimp": [
        "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,LEID,EUID,NOTES,TAGS",
        "E-Mail-Adresse,Vorname,Nachname,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,LEID,EUID",
        "Email Address,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID",
    ],
    "stripe": [
        "id,Description,Email,Name,Created (UTC),Currency,Delinquent",
        "ID,Email,Name,Created (UTC),plan (metadata)",
        "id,Email,Name,Created (UTC),Address Line1,Shipping Name,Preferred Locales,Tax Exempt",
    ],
    "magento": [
        "ID,Name,Email,Group,Phone,ZIP,Country,State/Province,Customer Since,Web Site",
        "email,_website,_store,confirmation,created_at,created_in,firstname,lastname,group_id",
        "entity_id,website_id,email,group_id,store_id,password_hash,rp_token,firstname,lastname",
        "_website,_email,_entity_id,city,company,country_id,firstname,lastname,postcode,telephone",
    ],
    None: [
        "email,name",
        "id,email,first_name,last_name,phone,city,country,created_at,updated_at",
        "Customer ID,First Name,Last Name,Email,Phone,Tags",
        "Contact ID,Email,Phone",
        "user_id,email,status,tags,notes",
        "id,Description,Created (UTC),Amount,Currency,Customer ID,Customer Email,Card Last4",
        "Name,Email,Website,Store,Group",
        "Họ tên,SĐT,Email,Ngày sinh",
        "Vorname,Nachname,E-Mail,Telefon,Straße,PLZ,Ort",
        "Email,First name,Last name,Subscribed,Timezone",
        "Record Id,First Name,Last Name,Account Name,Email,Mailing Street,Mailing City,Mailing Zip",
        "id,name,email,total_spent,orders_count,tags,note",
        # Of two systems at once.
        "Record ID,Lifecycle Stage,Email,LEID,EUID",
    ],
}


@pytest.mark.parametrize(
    ("preset", "header"), [(preset, header) for preset, all_ in HEADERS.items() for header in all_]
)
def test_a_header_tells_its_system_or_nothing(db, preset, header):
    columns = [{"name": name, "kind": "any"} for name in next(csv.reader([header]))]

    proposed = db.call("tenant_acme.propose_import", "import", Jsonb(columns))

    assert (proposed["preset"], proposed["is_detected"]) == (preset, preset is not None)
    assert set(proposed["mapping"]) | set(proposed["unmapped"]) == {column["name"] for column in columns}


def test_in_sql_a_preset_is_proposed_and_not_taken_unless_it_is_asked_for(db, table):
    rows = rows_of("hubspot")[:20]

    plain = db.call("tenant_acme.import_raw_profiles", table("hubspot", rows), p_dry_run=True)
    none = db.call("tenant_acme.import_raw_profiles", table("hubspot", rows), p_dry_run=True, p_preset="none")
    asked = db.call("tenant_acme.import_raw_profiles", table("hubspot", rows), p_dry_run=True, p_preset="HubSpot")

    assert (plain["preset"], plain["proposed_preset"]) == (None, "hubspot")
    assert (none["preset"], none["proposed_preset"]) == (None, None)
    assert (asked["preset"], asked["proposed_preset"]) == ("hubspot", None)
    assert "Lifecycle Stage" in plain["unmapped"]
    assert asked["mapping"]["Lifecycle Stage"] == "traits.hubspot.lifecycle_stage"


def test_an_unknown_preset_is_refused(db, table):
    with pytest.raises(psycopg.Error) as refused:
        db.call("tenant_acme.import_raw_profiles", table("hubspot"), p_preset="sugar")

    assert refused.value.sqlstate == "U1425"
    assert "shopify" in refused.value.diag.message_hint


def test_a_mapping_wins_over_the_preset(db, table):
    mapping = {
        "Customer ID": "user_id",
        "Phone": None,
        "Accepts Email Marketing": "consents.news",
        "Note": "traits.note",
    }

    answer = db.call(
        "tenant_acme.import_raw_profiles", table("shopify"), Jsonb(mapping), p_preset="shopify", p_dry_run=True
    )

    shown = {name: answer["mapping"].get(name) for name in mapping}
    assert shown == {
        "Customer ID": "identifiers.user_id",
        "Phone": None,
        "Accepts Email Marketing": "consents.news",
        "Note": "traits.note",
    }
    assert answer["mapping"]["Default Address Phone"] == "traits.phone_number"


@pytest.mark.parametrize("target", ["traits.company", "traits.company.name", "traits.company.name.short", "traits"])
def test_a_mapping_around_a_target_of_the_preset_wins_over_it(db, target):
    columns = [{"name": name, "kind": "any"} for name in ("Default Address Company", "Firm")]

    proposed = db.call(
        "tenant_acme.propose_import", "own", Jsonb(columns), Jsonb({"Firm": target}), Jsonb({"preset": "shopify"})
    )

    kept = {"Default Address Company": "traits.company.name"} if target == "traits" else {}
    assert proposed["mapping"] == {"Firm": target} | kept


@pytest.mark.parametrize(
    ("purpose", "channels", "targets"),
    [
        (None, None, (None, None)),
        ("Newsletter", None, ("consents.Newsletter", None)),
        ("email", None, ("consents.email", None)),
        ("sms-marketing", None, (None, "consents.sms-marketing")),
        ("marketing", ["email"], ("consents.marketing", None)),
        ("marketing", ["sms"], (None, "consents.marketing")),
        # A yes to mails is none to everything; a no is kept.
        ("marketing", None, ("consents.marketing:refusals", None)),
    ],
)
def test_answers_go_to_the_purpose_that_is_meant_and_to_no_other(db, table, purpose, channels, targets):
    if purpose:
        db.call("c360.set_consent_purpose", "acme", purpose, Jsonb({"channels": channels} if channels else {}))

    answer = db.call("tenant_acme.import_raw_profiles", table("shopify"), p_preset="shopify", p_dry_run=True)

    columns = ("Accepts Email Marketing", "Accepts SMS Marketing")
    assert tuple(answer["mapping"].get(column) for column in columns) == targets
    left = {left["column"]: left["reason"] for left in answer["left_out"]}
    assert {left.get(column) for column, target in zip(columns, targets, strict=True) if target is None} <= {
        "no_purpose"
    }


def state(db, email, purpose=EMAIL):
    found = db.call("c360.consents", "acme", "email", email)
    return {own["purpose"]: own["state"] for own in found["purposes"]}[purpose]


def test_who_has_not_opted_out_has_not_agreed(db, purposes, table):
    db.call("tenant_acme.import_raw_profiles", table("salesforce"), p_preset="salesforce")
    resolve(db)

    assert state(db, "juergen.mueller@example.de") == "denied"
    assert state(db, "an.nguyen@shop.vn") == "default"


def test_answers_of_mailchimp_count_from_their_time_and_once(db, purposes, table):
    for _ in range(2):
        db.call("tenant_acme.import_raw_profiles", table("mailchimp_unsubscribed"), p_preset="mailchimp")
    resolve(db)

    history = db.call("c360.consents", "acme", "email", "an.nguyen@shop.vn")["history"]
    assert [(own["is_granted"], own["last_said_at"], own["said_count"]) for own in history] == [
        (False, "2023-07-23T11:30:00+00:00", 1),
        (True, "2023-01-04T08:34:00+00:00", 1),
    ]
    proofs = db.call_rows("c360.consent_proofs", "acme", "email", "an.nguyen@shop.vn")
    assert {own["proof"] for own in proofs} == {
        "CONFIRM_TIME: 2023-01-04 08:34:00",
        "UNSUB_TIME: 2023-07-23 11:30:00",
    }


def test_a_yes_of_a_list_that_changed_later_takes_back_no_objection(db, purposes, table):
    """The time of a row is when it changed; that somebody agreed then is not said."""
    no = {"id": "1", "mail": "an@shop.vn", "news": "no", "at": "2026-01-01"}
    db.call(
        "tenant_acme.import_raw_profiles",
        table("", [no]),
        Jsonb({"news": f"consents.{EMAIL}", "at": "observed_at"}),
        p_source="desk",
    )
    yes = {"Email": "an@shop.vn", "Accepts Email Marketing": "yes", "Updated At": "2026-02-01", "Total Spent": "1"}
    db.call("tenant_acme.import_raw_profiles", table("", [yes]), p_preset="shopify")
    resolve(db)

    assert state(db, "an@shop.vn") == "denied"


@pytest.mark.parametrize("name", sorted(HOLDS))
def test_no_password_token_or_card_is_kept(db, purposes, table, name):
    db.call("tenant_acme.import_raw_profiles", table(name), p_preset=preset_of(name), p_source="own")

    kept = db.value("SELECT string_agg(traits::text || identifiers::text, '') FROM tenant_acme.cdp_raw_profiles")
    assert not [secret for secret in ("d708be3fe0fe", "07e71459c137f4da", "4242", "card_1Q") if secret in kept]


def test_a_dry_run_shows_rows_as_they_will_be(db, purposes, table):
    answer = db.call("tenant_acme.import_raw_profiles", table("hubspot"), p_preset="hubspot", p_dry_run=True)

    assert len(answer["sample"]) == 10
    second = answer["sample"][1]
    assert second["identifiers"] == {
        "email": ["jm@example.de", "juergen.mueller@example.de", "mueller@example.de"],
        "phone": ["+491712345678"],
    }
    assert second["attributes"]["city"] == "Köln"
    assert second["traits"]["hubspot"]["lifecycle_stage"] == "Subscriber"
    assert [(own["purpose"], own["is"]) for own in second["consents"]] == [(EMAIL, False)]
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 0


def test_an_export_of_everything_is_understood_at_once(db):
    names = [*(f"Property {number}" for number in range(1_000)), "Record ID", "Email", "Lifecycle Stage"]
    columns = [{"name": name, "kind": "text"} for name in names]
    db.execute("SET LOCAL statement_timeout = '60s'")

    proposed = db.call("tenant_acme.propose_import", "import", Jsonb(columns), None, Jsonb({"preset": "hubspot"}))

    reasons = {left["column"]: left["reason"] for left in proposed["left_out"]}
    assert len(reasons) == 1_001
    assert (reasons["Property 7"], reasons["Record ID"]) == ("unknown", "needs_source")


def test_masked_values_are_masked_in_the_sample(db, table):
    rows = [{"email": "an@shop.vn", "passport": "B12345678"}]

    answer = db.call("tenant_acme.import_raw_profiles", table("", rows), p_dry_run=True)

    assert answer["mapping"]["passport"] == "identifiers.national_id:passport"
    assert "B12345678" not in json.dumps(answer["sample"])
    assert "an@shop.vn" in json.dumps(answer["sample"])


def test_presets_can_be_listed(db):
    lines = db.call_rows("c360.import_presets", "acme", "stripe")
    every = db.call_rows("c360.import_presets", "acme")

    assert {line["preset"] for line in lines} == {"stripe"}
    assert {line["preset"] for line in every} == {preset_of(name) for name in HOLDS}


def test_at_a_terminal_somebody_sees_the_first_rows_and_is_asked(database, db, purposes):
    db.connection.commit()
    arguments = ("import", "acme", "shopify.csv", "--dsn", database.dsn)

    for answer, end, people in ((b"n", "nothing was changed", 0), (b"y", "300 new", 300)):
        with at_a_terminal(*arguments, environment=clean_environment(), cwd=EXPORTS) as terminal:
            seen = terminal.until("[y/N]")
            terminal.type(answer + b"\n")
            terminal.until(end)
        assert "this is an export of shopify" in seen
        assert "an.nguyen@shop.vn" in seen
        assert db.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == people


@pytest.mark.parametrize(
    ("preset", "column", "target"),
    [
        ("hubspot", "Opted out of all email", f"consents.{EMAIL}:opted_out"),
        ("hubspot", "Unsubscribed from all emails", f"consents.{EMAIL}:opted_out"),
        ("hubspot", "Opted out of email: Newsletter and offers", f"consents.{EMAIL}:opted_out"),
        (
            "hubspot",
            "Opted out of email: Customer Service Communication",
            "traits.hubspot.opted_out.Customer_Service_Communication",
        ),
        ("hubspot", "Last Modified Date (EDT)", "observed_at"),
        ("hubspot", "Last Modified Date (GMT+7)", "observed_at"),
        ("hubspot", "Last Modified Date (CEST)", "observed_at"),
        ("shopify", "Email Marketing: Status", f"consents.{EMAIL}"),
    ],
)
def test_columns_are_known_by_their_variants(db, purposes, preset, column, target):
    columns = [{"name": name, "kind": "text"} for name in ("Email", "Accepts Marketing", column)]

    proposed = db.call("tenant_acme.propose_import", "own", Jsonb(columns), None, Jsonb({"preset": preset}))

    assert proposed["mapping"][column] == target


@pytest.mark.parametrize(
    "column", ["Newsletter", "E-Mail-Abmeldung", "Von allen E-Mails abgemeldet", "Opt in to offers", "Đồng ý nhận tin"]
)
def test_a_column_that_may_hold_an_objection_is_not_left_out_silently(db, column):
    columns = [{"name": name, "kind": "text"} for name in ("Email", "Notes", column)]

    proposed = db.call("tenant_acme.propose_import", "own", Jsonb(columns))

    reasons = {left["column"]: left["reason"] for left in proposed["left_out"]}
    assert reasons == {"Notes": "unknown", column: "consent"}


def test_the_remedy_for_a_purpose_that_is_missing_is_a_command_and_a_statement(db, table):
    rows = [{"Email": "an@shop.vn", "Accepts SMS Marketing": "no", "Total Spent": "1"}]
    answer = db.call("tenant_acme.import_raw_profiles", table("", rows), p_preset="shopify")
    (hint,) = [left["hint"] for left in answer["left_out"] if left["reason"] == "no_purpose"]

    assert "c360 consent declare acme sms_marketing --channel sms" in hint
    db.execute(hint.partition("(")[2].rpartition(")")[0])
    db.call("tenant_acme.import_raw_profiles", table("", rows), p_preset="shopify")
    resolve(db)
    assert state(db, "an@shop.vn", SMS) == "denied"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("asia_slash_ho_chi_minh", "Asia/Ho_Chi_Minh"),
        ("america_slash_argentina_slash_buenos_aires", "America/Argentina/Buenos_Aires"),
        ("africa_slash_dar_es_salaam", "Africa/Dar_es_Salaam"),
        ("america_slash_port_of_spain", "America/Port_of_Spain"),
        ("america_slash_port-au-prince", "America/Port-au-Prince"),
        ("us_slash_eastern", "US/Eastern"),
        ("Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_time_zones_of_hubspot_are_those_of_their_database(db, table, sent, kept):
    rows = [{"Email": "an@shop.vn", "Time Zone": sent}]

    answer = db.call("tenant_acme.import_raw_profiles", table("", rows), p_preset="hubspot", p_dry_run=True)

    assert answer["sample"][0]["attributes"]["time_zone"] == kept
    assert db.value("SELECT count(*) FROM pg_timezone_names WHERE name = %s", kept) == 1


def test_the_name_on_an_address_is_not_that_of_the_customer(db, table):
    main = [{"email": "an@shop.vn", "_website": "base", "_store": "default", "created_in": "d", "firstname": "An"}]
    address = {"_website": "base", "_email": "an@shop.vn", "country_id": "VN", "telephone": "", "city": "Huế"}
    addresses = [address | {"_entity_id": "1", "firstname": "An"}, address | {"_entity_id": "2", "firstname": "Binh"}]

    for rows in (main, addresses):
        db.call("tenant_acme.import_raw_profiles", table("", rows), p_preset="magento", p_source="shop")
    resolve(db)

    assert db.rows("SELECT email, first_name, city FROM tenant_acme.cdp_profiles") == [("an@shop.vn", "An", "Huế")]
