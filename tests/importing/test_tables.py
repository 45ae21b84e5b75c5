"""Importing a table by SQL alone: what becomes an observation, what is refused, and what a mapping may say."""

import psycopg
import pytest

from support.observations import DAY_ONE, resolve


def rejected(db, import_id):
    return db.rows("SELECT row_number, code FROM c360.import_rejects('acme', %s)", import_id)


def sqlstate(db, call, *arguments, **options):
    with pytest.raises(psycopg.Error) as refused, db.connection.transaction():
        call(*arguments, **options)
    return refused.value.sqlstate


def test_columns_go_where_their_names_say(db, extract, take, observations):
    extract(
        'customer_id integer, "E-Mail" text, first_name text, phone_number text, city text, notes text, '
        "updated_at timestamptz",
        [(7, "An@Shop.vn", "An", "0912 345 678", "Hà Nội", "likes tea", DAY_ONE)],
    )

    answer = take(day=3)

    assert observations() == [
        (
            "crm",
            {"crm_id:crm": "7"},
            {"email": "An@Shop.vn", "first_name": "An", "phone_number": "0912 345 678", "city": "Hà Nội"},
        )
    ]
    assert answer["unmapped"] == ["notes"]
    assert (answer["rows"], answer["new"], answer["rejected"]) == (1, 1, 0)
    assert db.value("SELECT observed_at FROM tenant_acme.cdp_raw_profiles") == DAY_ONE


@pytest.mark.parametrize("column", ["item", "content", "field", "place", "judged", "p_schema", "v_take", "select"])
def test_a_column_may_have_a_name_of_ours(extract, take, observations, column):
    extract(f'customer_id integer, "{column}" text', [(7, "tea")])

    take(mapping={"customer_id": "user_id", column: f"traits.{column}"})

    assert observations() == [("crm", {"user_id": "7"}, {column: "tea"})]


@pytest.mark.parametrize(
    ("column", "identifier"),
    [("Customer ID", "crm_id:crm"), ("User ID", "crm_id:crm"), ("MemberId", "crm_id:crm"), ("user_id", "user_id")],
)
def test_a_number_is_that_of_its_source_unless_the_column_is_called_user_id(
    db, extract, take, observations, column, identifier
):
    extract(f'"{column}" text, city text', [("1", "Huế")])

    take()

    assert observations() == [("crm", {identifier: "1"}, {"city": "Huế"})]


def test_a_number_of_a_shop_nobody_named_is_left_out(extract, take, observations):
    extract('"Customer ID" text, city text', [("1", "Huế")])

    assert take(source="import")["unmapped"] == ["Customer ID"]

    assert observations() == [("import", {}, {"city": "Huế"})]


def test_a_number_is_a_user_id_where_a_mapping_says_so(db, extract, take, observations):
    extract('"Customer ID" text', [("1",)])

    take(mapping={"Customer ID": "user_id"})

    assert observations() == [("crm", {"user_id": "1"}, {})]


def test_an_observation_of_an_import_is_the_one_ingest_would_make(db, extract, take):
    db.call(
        "c360.ingest",
        "acme",
        {"type": "identify", "userId": "u1", "anonymousId": "a1", "traits": {"email": "an@shop.vn", "age": 30}},
        "crm",
    )
    extract("user_id text, anonymous_id text, email text, age integer", [(" u1 ", "a1", "an@shop.vn", 30)])

    answer = take(mapping={"age": "traits.age"})

    assert (answer["observations"], answer["unchanged"]) == (0, 1)


def test_the_mapping_wins_over_the_guess_and_the_guess_can_be_left_out(db, extract, take, observations):
    extract("email text, code text, city text", [("an@shop.vn", "C1", "Huế")])

    take(mapping={"code": "crm_id:sales", "city": None})
    take(mapping={"code": "crm_id:sales"}, guess=False)

    assert observations() == [
        ("crm", {"crm_id:sales": "C1"}, {}),
        ("crm", {"crm_id:sales": "C1"}, {"email": "an@shop.vn"}),
    ]


def test_types_of_the_database_become_types_of_json(db, extract, take, observations):
    extract(
        "user_id uuid, birthday date, seen timestamptz, score numeric, tags text[], address jsonb, vip boolean",
        [
            (
                "6f2c7a4e-0000-4000-8000-000000000001",
                "1990-05-17",
                "2026-01-01 07:00+07",
                "12.50",
                ["a", "b"],
                {"city": "Huế", "zip": None},
                True,
            )
        ],
    )

    take(mapping={"seen": "traits.seen", "score": "traits.score", "vip": "traits.vip"})

    [(_, identifiers, traits)] = observations()
    assert identifiers == {"user_id": "6f2c7a4e-0000-4000-8000-000000000001"}
    assert traits == {
        "birthday": "1990-05-17",
        "seen": "2026-01-01T00:00:00+00:00",
        "score": 12.50,
        "tags": ["a", "b"],
        "address": {"city": "Huế"},
        "vip": True,
    }


def test_the_time_zone_of_the_session_makes_no_difference(db, extract, take):
    extract("user_id text, seen timestamptz", [("u1", "2026-01-01 00:00Z")])
    take(mapping={"seen": "traits.seen"})
    db.execute("SET LOCAL timezone = 'Asia/Ho_Chi_Minh'")

    answer = take(mapping={"seen": "traits.seen"})

    assert (answer["new"], answer["unchanged"]) == (0, 1)


def test_empty_text_and_null_are_absent(db, extract, take, observations):
    extract("user_id text, email text, city text", [("u1", "  ", None)])

    take()

    assert observations() == [("crm", {"user_id": "u1"}, {})]


def test_a_path_reads_into_a_document_and_json_in_text_is_taken_as_json(db, extract, take, observations):
    extract(
        "contact jsonb, tags text",
        [({"mail": {"work": "an@shop.vn"}, "ids": ["A1", " A2 ", "A1"]}, '["vip", "tea"]')],
    )

    take(mapping={"contact.mail.work": "email", "contact.ids": "loyalty_id", "contact": None})

    assert observations() == [
        ("crm", {}, {"email": "an@shop.vn", "tags": ["vip", "tea"], "loyalty_id": ["A1", " A2 ", "A1"]})
    ]


def test_several_columns_may_hold_one_identifier(db, extract, take, observations):
    extract("visitor text, visitor2 text", [("a1", "a2"), ("a3", " a3"), (None, "a4")])

    take(mapping={"visitor": "anonymous_id", "visitor2": "anonymous_id"})

    assert [identifiers for _, identifiers, _ in observations()] == [
        {"anonymous_id": "a3"},
        {"anonymous_id": "a4"},
        {"anonymous_id": ["a1", "a2"]},
    ]


def test_sixty_traits_fit_into_one_row(db, extract, take, observations):
    names = [f"c{number}" for number in range(60)]
    extract(", ".join(f"{name} integer" for name in names), [range(60)])

    take(mapping={name: f"traits.{name}" for name in names})

    [(_, _, traits)] = observations()
    assert traits == {name: number for number, name in enumerate(names)}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("k1", None, None, None), "U1433"),
        (("k1", "u1", None, "sometime"), "U1434"),
        (("k1", "u1", None, "1850-01-01"), "U1434"),
        (("k1", "u1", None, "2027-01-01"), "U1434"),
        (("k" * 501, "u1", None, None), "U1435"),
        (("k1", "u" * 501, None, None), "U1435"),
        (("k1", "u1", "x" * 40_000, None), "U1436"),
        ((None, "u1", None, None), "U1437"),
        ((" ", "u1", None, None), "U1437"),
        (("#N/A", "u1", None, None), "U1437"),
        (("(not set)", "u1", None, None), "U1437"),
    ],
)
def test_a_row_that_cannot_be_taken_is_kept_with_its_reason_and_harms_no_other(
    db, extract, take, observations, row, code
):
    extract(
        "key text, user_id text, notes text, updated_at text",
        [("good1", "g1", None, None), row, ("good2", "g2", None, None)],
    )

    answer = take(key="key", mapping={"notes": "traits.notes", "updated_at": "observed_at"})

    assert rejected(db, answer["import_id"]) == [(2, code)]
    assert (answer["rows"], answer["new"], answer["rejected"]) == (3, 2, 1)
    assert [reject["code"] for reject in answer["first_rejects"]] == [code]
    assert [identifiers["user_id"] for _, identifiers, _ in observations()] == ["g1", "g2"]


@pytest.mark.parametrize("stamp", ["sometime", "1850-01-01", "2027-01-01", "150385", "45000"])
@pytest.mark.parametrize("options", [{}, {"reject_invalid": True}])
def test_a_column_that_is_only_guessed_to_be_the_time_refuses_no_row(db, extract, take, stamp, options):
    extract("user_id text, updated_at text", [("u1", "2024-02-03"), ("u2", stamp)])

    answer = take(**options)

    assert (answer["mapping"]["updated_at"], answer["new"], answer["rejected"]) == ("observed_at", 2, 0)
    assert answer["unusable"] == {"observed_at": 1}
    observed = dict(db.rows("SELECT identifiers ->> 'user_id', observed_at FROM tenant_acme.cdp_raw_profiles"))
    assert (observed["u1"].isoformat()[:10], observed["u2"]) == ("2024-02-03", DAY_ONE)


@pytest.mark.parametrize(
    ("order", "sent", "observed"),
    [
        ("DMY", "03/02/2024 14:30", "2024-02-03 14:30"),
        ("MDY", "03/02/2024 14:30", "2024-03-02 14:30"),
        ("MDY", "3/2/2024 2:30:00 PM", "2024-03-02 14:30"),
        ("DMY", "2024-02-03 14:30:00 UTC", "2024-02-03 14:30"),
        ("DMY", "3 Feb 2024 14:30", "2024-02-03 14:30"),
        ("DMY", "1706970600", "2024-02-03 14:30"),
        ("DMY", "1706970600000000", "2024-02-03 14:30"),
    ],
)
def test_the_time_of_a_row_is_read_in_the_order_of_the_tenant(db, extract, take, order, sent, observed):
    db.execute("UPDATE c360.tenants SET date_order = %s WHERE tenant = 'acme'", order)
    extract("user_id text, at text, joined text", [("u1", sent, sent)])

    answer = take(mapping={"at": "observed_at"})

    assert answer["rejected"] == 0
    assert (
        db.value(
            "SELECT to_char(observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM tenant_acme.cdp_raw_profiles"
        )
        == observed
    )


def test_the_first_good_row_of_a_key_is_taken_wherever_chunks_end(db, extract):
    rows = [{"id": "k1"}, {"id": "k1", "user_id": "first"}, {"id": "k1", "user_id": "second"}]
    outcomes = []
    for sizes in ([3], [1, 2], [2, 1], [1, 1, 1]):
        with db.connection.transaction(force_rollback=True):
            begun = db.call(
                "c360.begin_import",
                "acme",
                "crm",
                "test",
                [{"name": "id", "kind": "text"}, {"name": "user_id", "kind": "text"}],
                p_options={"key": "id"},
            )
            first = 1
            for size in sizes:
                db.value(
                    "SELECT c360.import_rows('acme', %s, %s, ARRAY(SELECT jsonb_array_elements(%s)))",
                    begun["import_id"],
                    first,
                    rows[first - 1 : first - 1 + size],
                )
                first += size
            outcomes.append(
                (
                    rejected(db, begun["import_id"]),
                    db.column("SELECT identifiers ->> 'user_id' FROM tenant_acme.cdp_raw_profiles"),
                )
            )

    assert outcomes == [([(1, "U1433"), (3, "U1438")], ["first"])] * 4


def test_rows_out_of_turn_are_refused(db):
    begun = db.call("c360.begin_import", "acme", "crm", "test", [{"name": "user_id", "kind": "text"}])
    again = "SELECT c360.import_rows('acme', %s, 1, ARRAY['{\"user_id\": \"u1\"}'::jsonb])"
    db.value(again, begun["import_id"])

    assert sqlstate(db, db.value, again, begun["import_id"]) == "U1424"
    assert sqlstate(db, db.value, again, 999) == "U1423"


def test_values_an_attribute_cannot_hold_are_counted_and_refused_only_when_asked(db, extract, take, observations):
    extract("user_id text, birthday text", [("u1", "yesterday"), ("u2", "17/05/1990"), ("u3", "n/a")])

    strict = take(reject_invalid=True)
    lax = take()

    assert rejected(db, strict["import_id"]) == [(1, "U1439")]
    assert (strict["new"], lax["new"], lax["unusable"]) == (2, 1, {"date_of_birth": 1})


def test_a_column_may_name_the_source_of_each_row(db, extract, take, observations):
    extract("system text, email text", [("pos", "an@shop.vn"), ("web", "an@shop.vn"), ("No Good", "an@shop.vn")])

    answer = take(mapping={"system": "source"})

    assert sorted(source for source, _, _ in observations()) == ["pos", "web"]
    assert rejected(db, answer["import_id"]) == [(3, "U1440")]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"mapping": {"nope": "email"}}, "U1421"),
        ({"mapping": {"email": "nonsense"}}, "U1421"),
        ({"mapping": {"email": "email", "other": "email"}}, "U1421"),
        ({"mapping": {"email": "traits.a", "other": "traits.a.b"}}, "U1421"),
        ({"mapping": {"email": None, "birthday": None, "photo": None}}, "U1421"),
        ({"mapping": {"email": "no_such_type:x"}}, "U1421"),
        ({"mapping": {"number": "birthday"}, "key": "nope"}, "U1421"),
        ({"mapping": {"photo": "traits.photo"}}, "U1422"),
        ({"mapping": {"flag": "birthday"}}, "U1422"),
        ({"mapping": {"flag": "user_id"}}, "U1422"),
        ({"full_extract": True}, "U1425"),
        ({"full_extract": True, "key": "email", "mapping": {"other": "source"}}, "U1425"),
        ({"mapping": {"other": "crm_id"}, "source": "import"}, "U1421"),
        ({"mapping": {"other": "identifiers.crm_id[]"}, "source": "import"}, "U1421"),
        ({"key": "email", "source": "import"}, "U1425"),
        ({"mapping": {"email": "key"}, "source": "import"}, "U1425"),
        ({"source": "No Good"}, "U1006"),
        ({"source": None}, "U1006"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_before_anything_is_read(db, extract, take, observations, options, code):
    extract("email text, other text, number integer, flag boolean, photo bytea", [("an@shop.vn", None, 1, True, b"x")])

    assert sqlstate(db, take, **options) == code
    assert observations() == []


def test_a_dry_run_answers_the_same_and_changes_nothing(db, extract, take):
    extract("id text, user_id text", [("1", "u1"), ("2", None), ("1", "u3")])
    tables = ("cdp_raw_profiles", "cdp_imports", "cdp_import_records", "cdp_import_rejects", "cdp_resolution_queue")

    def contents():
        counts = [db.value(f"SELECT count(*) FROM tenant_acme.{table}") for table in tables]
        return [*counts, db.value("SELECT count(*) FROM c360.messages")]

    before = contents()
    dry = take(key="id", dry_run=True)
    after = contents()
    real = take(key="id")

    assert before == after
    assert (dry.pop("import_id"), dry.pop("status"), len(dry.pop("sample"))) == (None, "dry run", 3)
    assert dry == {name: value for name, value in real.items() if name not in {"import_id", "status"}}


def test_observations_are_queued_once_and_told_once(db, extract, take):
    db.call("tenant_acme.create_topic_consumer", "c360-id-resolution", "crm")
    extract("user_id text, email text", [("u1", "an@shop.vn"), ("u2", "binh@shop.vn")])

    take()

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 2
    assert db.column("SELECT body::jsonb #> '{data,count}' FROM c360.messages WHERE type = 'observations.queued'") == [
        2
    ]
    assert resolve(db)["created"] == 2


def test_a_view_can_be_imported_and_odd_names_are_no_danger(db, extract, take, observations):
    extract('"e\'m""ail" text, "a.b" text', [("an@shop.vn", "x")])
    db.execute('CREATE VIEW crm."odd \'view" AS SELECT * FROM crm.people')

    take(table='crm."odd \'view"', mapping={"e'm\"ail": "email", "a.b": "traits.it's.\"odd"})

    assert observations() == [("crm", {}, {"email": "an@shop.vn", "it's": {'"odd': "x"}})]


def test_the_number_of_a_customer_is_one_of_its_source(db, extract, take, observations):
    extract("number text, other text", [("1", "2")])

    take(mapping={"number": "crm_id", "other": "crm_id:erp"}, source="shop-hue", guess=False)

    assert observations() == [("shop-hue", {"crm_id:erp": "2", "crm_id:shop-hue": "1"}, {})]


def test_an_import_says_nothing_beside_its_answer(db, extract, take):
    extract("id text, email text", [("1", "an@shop.vn")])
    notices = []
    db.connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))

    take(p_key="id")

    assert notices == []


@pytest.mark.parametrize("began", ["2026-06-30 12:00Z", "2011-01-05 12:00Z"])
def test_a_birthday_told_by_its_look_is_one_a_golden_record_takes(db, began):
    days = [
        f"{year}-{month:02}-{day:02}"
        for year in (1899, 1900, 1906, 1929, 1930, 1969, 1970, 2000, 2010, 2011, 2026, 2027, 2049)
        for month in (0, 1, 2, 6, 12, 13)
        for day in (0, 1, 2, 3, 5, 6, 28, 29, 30, 31, 32)
    ]
    doubt = db.call("c360._import_unusable", "birthday", "birthday", "field.v1", "DMY", "'VN'").replace(
        "$4", "field.at"
    )

    differing = db.rows(
        f"SELECT field.v1 FROM (SELECT to_jsonb(day) AS v1, timestamptz '{began}' AS at"
        f" FROM unnest(%s::text[]) AS day) AS field WHERE ({doubt} IS NULL)"
        " <> c360._import_holds('birthday', field.v1, 'DMY', 'VN', (field.at AT TIME ZONE 'UTC')::date)",
        days,
    )

    assert differing == []
