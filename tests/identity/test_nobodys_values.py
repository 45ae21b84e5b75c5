"""Values that are nobody's: they tie nobody, contradict nobody and stand in no golden record."""

import pytest

from support.observations import master_of, observe, partition, resolve

UUID = "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"
NOBODYS = {
    "a template that nobody filled in": [
        *(
            "USER_ID_HERE",
            "YOUR_USER_ID",
            "Your id here",
            "REPLACE_ME",
            "user_id=",
            "&nbsp;",
            "&lt;user_id&gt;",
            "placeholder",
        ),
        *("$(user.id)", "%s", "%1$s", "%(uid)s", "@@uid", "@user_id"),
        *("{{user.id}}", "{{ user_id }}", "${userId}", "%USER_ID%", "%%user_id%%", "*|UID|*", "[USER_ID]", "<user_id>"),
        *("<%= user.id %>", "{% user %}", "{user_id}", "user-{{id}}", "shop_${id}", ":user_id", "$user_id", "__uid__"),
    ],
    "an error of a spreadsheet": [
        *("#ССЫЛКА!", "#Н/Д", "#¡REF!", "#¿NOMBRE?", "#BŁĄD!", "#N/B", "Err:502", "#GETTING_DATA"),
        *("=A1", "=B2&C2", "=VLOOKUP(A1,B:C,2)", "Invalid Date", "error"),
        *(
            "#REF!",
            "#N/A",
            "#VALUE!",
            "#NAME?",
            "#DIV/0!",
            "#NUM!",
            "#NULL!",
            "#SPILL!",
            "#BEZUG!",
            "#####",
            "8.49E+11",
        ),
    ],
    "an absence in words": [
        *(
            "n.a.",
            "N.A",
            "k.A.",
            "k. A.",
            "n.v.t.",
            "s/o",
            "-1.0",
            "-999",
            "xxx-xxx-xxxx",
            "[object Object]",
            "test_user1",
        ),
        *("(not set)", "Not Set", "not-set", "none", "NULL", "nil", "(none)", "(empty)", "n/a", "no data", "nobody"),
        *("undefined", "unknown", "nan", "blank", "missing", "TBD", "-", "--", "0", "0000", "-1", "false", "xxx"),
    ],
    "an absence in words of another language": [
        *(
            "ohne",
            "sin dato",
            "não há",
            "boş",
            "belirtilmemiş",
            "н/д",
            "k có",
            "belum ada",
            "ei ole",
            "sans nom",
            "keine Mail",
        ),
        *("匿名", "ゲスト", "비회원", "游客", "anonyme", "Khách", "гость"),
        *(
            "nicht angegeben",
            "keine Angabe",
            "unbekannt",
            "không có",
            "Khong co",
            "chưa cập nhật",
            "không rõ",
            "sin datos",
        ),
        *(
            "desconocido",
            "ninguno",
            "sem dados",
            "não informado",
            "aucun",
            "non renseigné",
            "sconosciuto",
            "brak danych",
        ),
        *("нет", "НЕИЗВЕСТНО", "не указано", "未知", "無", "暂无", "なし", "未入力", "없음", "ไม่มี", "غير معروف", "yok"),
    ],
    "an absence put together": [
        *("null@null", "undefined@undefined", "None/None", "na-na", "NULL, NULL"),
        *("--None--", "- None -", "***null***", "user_undefined", "customer-null", "cust-NaN", "'undefined'"),
        *(
            "undefined-undefined",
            "null null",
            "None,None",
            "nullnull",
            "undefined_null",
            "n/a n/a",
            "guest-null",
            "NaN NaN",
        ),
    ],
    "the name of the field": [
        *("user_id", "userId", "User ID", "distinct_id", "customer id", "email", "phone", "id", "uuid", "anonymousId"),
        *("Customer No.", "Kunden-Nr.", "numero_client", "codigo_cliente", "client_reference_id", "Loyalty Card"),
        *("会员号", "顧客ID", "고객번호", "номер клиента"),
        *("your_user_id", "customer_number", "external id", "username", "mã khách hàng", "用户ID"),
    ],
    "a UUID of no one": [
        *("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "F" * 32, "0" * 32),
        *("3fa85f64-5717-4562-b3fc-2c963f66afa6", "123e4567-e89b-12d3-a456-426614174000"),
        *("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "{00000000-0000-0000-0000-000000000000}"),
    ],
    "whoever came to the till": [
        *(
            "walk-in",
            "Walk-in customer",
            "khách lẻ",
            "khach le",
            "khách vãng lai",
            "anonymous_user",
            "Default customer",
        ),
    ],
    "nobody in particular": [
        "admin",
        "system",
        "deleted",
        "INVALID",
        "1111111111",
        "999999999999",
        "@@user",
        "transaction_id",
        "pending",
    ],
    "nothing that can be seen": ["\u200e", "\u200b", "\u3000", "\ufeff", "\u200c", "\u2800"],
    "one of these in the dress of a table": [
        "'null",
        '="null"',
        "ｎｕｌｌ",
        "null\u200b",
        '"null"',
        "\u202anull\u202c",
        "\t#REF!",
    ],
}
ADDRESSES = {
    "an absence in words": [
        *(
            "na@gmail.com",
            "ko@yahoo.com",
            "na@na.com",
            "test1@shop.vn",
            "-@shop.vn",
            "no.reply@shop.vn",
            "nicht-antworten@shop.de",
        ),
        *(
            "no-email-provided@shop.vn",
            "noemailaddress@shop.vn",
            "no@email.com",
            "notgiven@x.com",
            "email-not-provided@x.com",
        ),
        *("noemail@noemail.com", "none@none.com", "no@gmail.com", "nomail@gmail.com", "no-email@x.vn", "null@null.com"),
        *(
            "khongco@gmail.com",
            "khongcoemail@gmail.com",
            "notiene@gmail.com",
            "sinemail@correo.es",
            "keineemail@web.de",
        ),
    ],
    "typed to fill a field": ["a@a.com", "asdf@asdf.com", "abc@abc.com", "x@x.com", "email@email.com", "123@gmail.com"],
    "of documentation and tests": [
        "user@example.com",
        "john.doe@example.org",
        "an@test.com",
        "test@shop.vn",
        "an@shop.invalid",
    ],
    "of whoever came to the till": ["walkin@pos.local", "khachle@shop.vn", "guest1@shop.vn"],
    "a template that nobody filled in": ["{{email}}", "{{name}}@shop.vn", "%EMAIL%", "*|EMAIL|*", "${email}"],
}
SOMEBODYS = [
    *(
        "@an_nguyen",
        "@lan.anh",
        "@idris.elba",
        "@ida.hansen",
        "@paramjit.singh",
        "user_null_7",
        "custom",
        "orders1",
        "noa",
        "client7",
        "#7F",
        "Nr.7",
    ),
    *(
        "1001",
        "KH-001",
        "not_a_robot",
        "nolan",
        "user42",
        "u_null_7",
        "testarossa",
        "id-7",
        "none4u",
        "emailer",
        "ffff",
        "(7)x",
    ),
    *(
        "nana",
        "Nanna",
        "n_a",
        "test1",
        "88888888",
        "david_here",
        "12345678",
        "idris",
        "khachatur",
        "bohne",
        "A1=B2",
        "seven-7",
    ),
    *("test123", "guest42", "anon-7f3a", "mysticname", "#1001", "a_b", "customer", "N7"),
]


def two_people(db, number, **identifiers):
    for first, last in (("An", "Vo"), ("Binh", "Le")):
        traits = {"firstName": first, "lastName": last, "email": f"{first}{number}@shop.vn".lower()}
        observe(db, traits=traits | identifiers.pop("traits", {}), **identifiers)


@pytest.mark.parametrize("kind", ["user_id", "anonymous_id", "loyalty_id", "crm_id"])
@pytest.mark.parametrize("values", NOBODYS.values(), ids=NOBODYS.keys())
def test_an_identifier_that_is_nobodys_ties_nobody(db, kind, values):
    for number, value in enumerate(values):
        two_people(db, number, **{kind: value})

    resolve(db)

    assert len(partition(db)) == 2 * len(values)


@pytest.mark.parametrize("addresses", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_an_address_that_is_nobodys_ties_nobody(db, addresses):
    for number, address in enumerate(addresses):
        two_people(db, number, email=address)

    resolve(db)

    assert len(partition(db)) == 2 * len(addresses)


@pytest.mark.parametrize("name", ["na", "ko", "no", "an", "nan", "nil"])
def test_a_short_name_that_is_also_an_absence_is_a_name_in_the_mail_of_a_company(db, name):
    observe(db, traits={"email": f"{name}@shop.vn", "city": "Hue"})
    observe(db, traits={"email": f"{name.upper()}@shop.vn", "city": "Hanoi"})

    resolve(db)

    assert len(partition(db)) == 1


@pytest.mark.parametrize("values", NOBODYS.values(), ids=NOBODYS.keys())
def test_a_number_that_is_nobodys_is_no_order(db, values):
    assert db.column("SELECT c360._order_key(to_jsonb(value)) FROM unnest(%s::text[]) AS value", values) == [
        None
    ] * len(values)


def test_a_value_that_looks_like_one_of_them_is_somebodys(db):
    blocked = db.column(
        "SELECT value FROM unnest(%s::text[]) AS value WHERE c360._is_nobodys(c360.normalise_id(value)) IS NOT false",
        SOMEBODYS,
    )

    assert blocked == ["customer"]


@pytest.mark.parametrize(
    "day",
    [
        *(
            "1900-01-01",
            "01/01/1900",
            "1970-01-01",
            "1969-12-31",
            "1899-12-30",
            "0001-01-01",
            "0000-00-00",
            "1753-01-01",
        ),
        *("2099-01-01", "9999-12-31", "1850-05-05", "1900-01-01T00:00:00Z"),
    ],
)
def test_a_day_of_birth_that_is_nobodys_says_nothing(db, day):
    known = {"firstName": "Ha", "lastName": "Tran", "email": "ha@shop.vn"}
    sure = observe(db, traits=known | {"birthday": "1985-03-12"})
    observe(db, day=1, traits=known | {"birthday": day})
    alone = observe(db, traits={"email": "lan@shop.vn", "birthday": day})

    resolve(db)

    assert len(partition(db)) == 2
    days = dict(db.rows("SELECT master_profile_id, date_of_birth::text FROM tenant_acme.cdp_profiles"))
    assert (days[master_of(db, sure)], days[master_of(db, alone)]) == ("1985-03-12", None)


@pytest.mark.parametrize(
    "mailbox",
    [
        "info",
        "sales",
        "ketoan",
        "kontakt",
        "office2",
        "support+a",
        "acme-corp",
        "customer.service",
        "kinh.doanh",
        "rrhh",
        "otoiawase",
    ],
)
def test_a_mailbox_of_an_office_joins_no_two_named_persons(db, mailbox):
    address = f"{mailbox}@acme-corp.vn"
    staff = [
        observe(db, traits={"firstName": first, "lastName": last, "email": address})
        for first, last in (("Hoa", "Le"), ("Bao", "Pham"), ("Linh", "Ngo"))
    ]
    again = observe(db, source="crm", traits={"firstName": "Hoa", "lastName": "Le", "email": address})
    nameless = observe(db, traits={"email": address, "city": "Hue"})

    resolve(db)

    assert partition(db) == {frozenset([staff[0], again]), *(frozenset([one]) for one in [*staff[1:], nameless])}


def test_a_mailbox_of_an_office_ties_while_one_person_alone_has_it(db):
    observe(db, traits={"firstName": "Hoa", "lastName": "Le", "email": "info@acme-corp.vn"})
    observe(db, traits={"email": "info@acme-corp.vn", "city": "Hue"})

    resolve(db)

    assert len(partition(db)) == 1


@pytest.mark.parametrize("sent", [{"user_id": "u1"}, {"record_id": {"crm": "7"}}], ids=["user id", "record"])
@pytest.mark.parametrize(
    ("first", "second"),
    [("012345679", "079123456799"), ("012345679", "B1234567"), (["012345679", "B1234567"], "079123456799")],
    ids=["renewed", "of two kinds", "of which two stand in one record"],
)
def test_documents_of_one_customer_are_no_contradiction(db, sent, first, second):
    observe(db, national_id=first, traits={"email": "an@shop.vn"}, **sent)
    observe(db, national_id=second, traits={"email": "an@shop.vn"}, **sent)
    observe(db, national_id=second, traits={"city": "Hue"})

    resolve(db)

    assert len(partition(db)) == 1


def test_documents_of_different_people_are_a_contradiction(db):
    observe(db, national_id="012345679", traits={"email": "an@shop.vn"})
    observe(db, national_id="079123456799", traits={"email": "an@shop.vn"})

    resolve(db)

    assert len(partition(db)) == 2


@pytest.mark.parametrize(
    ("first", "second", "people"),
    [
        ("B 123 4567", "b1234567", 1),
        ("079.123-456 799", 79123456799.0, 2),
        ("079.123-456 799", "079123456799", 1),
        ("079123456799", "CCCD 079123456799", 1),
        ("079123456799", "Căn cước công dân số: 079.123.456.799", 1),
        ("CMND số 012345679", "ID: 012345679", 1),
        ("C1234567", "passport: c1234567", 1),
        ("Hộ chiếu C1234567", "Passport No. C 1234567", 1),
        ("Passport 012345679", "CMND 012345679", 2),
        ("CCCD C1234567", "passport C1234567", 2),
        ("cccd 079123456799", {"type": "passport", "number": "079123456799"}, 2),
        ({"type": "Passport", "number": "B1"}, {"passport": "b1"}, 1),
        ({"type": "passport", "number": "B1"}, {"type": "passport", "number": "B2"}, 2),
        ([{"kind": "passport", "id": "B1"}], {"type": "passport", "number": "B1"}, 1),
    ],
)
def test_a_document_is_compared_within_its_kind_and_without_case_and_punctuation(db, first, second, people):
    observe(db, traits={"nationalId": first, "city": "Hue"})
    observe(db, traits={"nationalId": second, "city": "Hanoi"})

    resolve(db)

    assert len(partition(db)) == people


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1001.0, 1001),
        ("1001.0", "1001"),
        ("'1001", "1001"),
        ("'KH001", "KH001"),
        ('="1001"', "1001"),
        ("１００１", "1001"),
        ("A–1001", "A-1001"),
        ("1001\u2066", "1001"),
        ("10\u00a001", "1001"),
        (UUID, UUID.lower()),
        ("{" + UUID + "}", UUID.lower()),
        ("urn:uuid:" + UUID, UUID.lower()),
        (UUID.replace("-", ""), UUID.replace("-", "").lower()),
        ("e\u0301a", "\u00e9a"),
    ],
)
def test_one_identifier_in_two_spellings_is_one(db, first, second):
    for kind in ("user_id", "device_id"):
        observe(db, traits={"city": "Hue"}, **{kind: first})
        observe(db, traits={"city": "Hanoi"}, **{kind: second})

    resolve(db)

    assert len(partition(db)) == 2
    assert db.value("SELECT c360._order_key(%s::jsonb) = c360._order_key(%s::jsonb)", *map(_json, (first, second)))


def _json(value):
    return f"{value}" if isinstance(value, int | float) else '"' + value.replace('"', '\\"') + '"'
