"""Importing again: only what changed makes an observation, and a record stays one person whatever it says."""

import psycopg
import pytest

from support.observations import DAY_ONE, partition, resolve

COLUMNS = "id text, user_id text, email text, city text"


def counts(answer):
    return {name: answer[name] for name in ("new", "changed", "unchanged", "rejected", "observations")}


def profile(db, record_key):
    return db.call("c360.profile", "acme", "record_id:crm", record_key)


def test_the_same_table_twice_makes_nothing_the_second_time(db, extract, take):
    extract(COLUMNS, [("1", "u1", "an@shop.vn", "Huế"), ("2", "u2", None, None)])
    take(key="id")
    resolve(db)
    before = db.value("SELECT count(*) FROM c360.messages")

    again = take(day=1, key="id")

    assert counts(again) == {"new": 0, "changed": 0, "unchanged": 2, "rejected": 0, "observations": 0}
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_resolution_queue") == 0
    assert db.value("SELECT count(*) FROM c360.messages") == before


def test_without_a_key_the_content_says_what_is_known(db, extract, take):
    extract("email text, city text", [("an@shop.vn", "Huế"), ("an@shop.vn", "Huế"), ("binh@shop.vn", None)])

    first, second = take(), take(day=1)

    assert counts(first) == {"new": 2, "changed": 0, "unchanged": 1, "rejected": 0, "observations": 2}
    assert counts(second) == {"new": 0, "changed": 0, "unchanged": 3, "rejected": 0, "observations": 0}
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_activity") == 0


def test_a_changed_record_is_the_same_person_with_the_newer_values(db, extract, take):
    extract(COLUMNS, [("1", None, "an@shop.vn", "Huế"), ("2", None, "binh@shop.vn", "Huế")])
    take(key="id")
    resolve(db)
    extract(COLUMNS, [("1", None, "an@work.vn", "Hà Nội"), ("2", None, "binh@shop.vn", "Huế")])

    again = take(day=1, key="id")
    resolve(db)

    assert counts(again) == {"new": 0, "changed": 1, "unchanged": 1, "rejected": 0, "observations": 1}
    assert sorted(map(len, partition(db))) == [1, 2]
    assert (profile(db, "1")["email"], profile(db, "1")["city"]) == ("an@work.vn", "Hà Nội")


def test_a_record_whose_birth_date_was_corrected_stays_one_person(db, extract, take):
    columns = "id text, first_name text, last_name text, birthday date"
    extract(columns, [("1", "An", "Tran", "1980-02-03")])
    take(key="id")
    resolve(db)
    extract(columns, [("1", "An", "Tran", "1991-11-27")])

    take(day=1, key="id")
    resolve(db)

    assert sorted(map(len, partition(db))) == [2]
    assert profile(db, "1")["date_of_birth"] == "1991-11-27"


def test_a_record_that_goes_back_to_what_it_was_shows_that_again(db, extract, take):
    for day, city in enumerate(["Huế", "Hà Nội", "Huế"]):
        extract(COLUMNS, [("1", None, "an@shop.vn", city)])
        answer = take(day=day, key="id")
        resolve(db)

    assert counts(answer) == {"new": 0, "changed": 1, "unchanged": 0, "rejected": 0, "observations": 0}
    assert profile(db, "1")["city"] == "Huế"


def test_the_column_with_the_time_decides_what_is_newer(db, extract, take):
    columns = "id text, city text, updated_at date"
    extract(columns, [("1", "Hà Nội", "2025-06-01")])
    take(key="id")
    extract(columns, [("1", "Huế", "2025-01-01")])

    take(day=1, key="id")
    resolve(db)

    assert profile(db, "1")["city"] == "Hà Nội"


@pytest.mark.parametrize("chunks", [[4], [1, 3], [2, 2], [1, 1, 1, 1]])
def test_known_content_that_says_a_later_time_is_more_recent_wherever_chunks_end(db, chunks):
    rows = [
        {"email": "an@shop.vn", "city": city, "at": f"2025-0{month}-01"}
        for city, month in [("Huế", 1), ("Hà Nội", 2), ("Huế", 3), ("Hà Nội", 2)]
    ]
    columns = [{"name": name, "kind": "text"} for name in ("email", "city", "at")]
    for _ in range(2):  # a repeat changes nothing
        begun = db.call("c360.begin_import", "acme", "crm", "test", columns, {"at": "observed_at"})
        first = 0
        for size in chunks:
            db.value(
                "SELECT c360.import_rows('acme', %s, %s, ARRAY(SELECT jsonb_array_elements(%s)))",
                begun["import_id"],
                first + 1,
                rows[first : first + size],
            )
            first += size
        db.call("c360.finish_import", "acme", begun["import_id"])
        resolve(db)

    assert db.call("c360.profile", "acme", "email", "an@shop.vn")["city"] == "Huế"
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 2
    assert db.value("SELECT sum(event_count) FROM tenant_acme.cdp_activity") == 1


def test_records_missing_from_a_full_extract_are_marked_and_come_back(db, extract, take):
    def records():
        rows = db.call_rows("c360.import_records", "acme", "crm")
        return {row["record_key"]: (row["status"], row["gone_at"]) for row in rows}

    full = [("1", "u1", None, "Huế"), ("2", "u2", None, "Huế")]
    extract(COLUMNS, full)
    take(key="id")
    resolve(db)
    version = profile(db, "2")["version"]
    extract(COLUMNS, full[:1])

    partly = take(day=1, key="id")
    wholly = take(day=2, key="id", full_extract=True)
    resolve(db)
    gone = records()
    extract(COLUMNS, full)
    back = take(day=3, key="id", full_extract=True)

    assert (partly["gone"], wholly["gone"], back["gone"]) == (None, 1, 0)
    assert gone == {"1": ("active", None), "2": ("gone", DAY_ONE.replace(day=3))}
    assert profile(db, "2")["version"] == version
    assert counts(back) == {"new": 0, "changed": 0, "unchanged": 2, "rejected": 0, "observations": 0}
    assert records() == {"1": ("active", None), "2": ("active", None)}


def test_a_record_whose_row_was_refused_is_not_gone(db, extract, take):
    extract("id text, user_id text, updated_at text", [("1", "u1", None)])
    take(key="id")
    extract("id text, user_id text, updated_at text", [("1", "u1", "never")])

    answer = take(day=1, key="id", full_extract=True, mapping={"updated_at": "observed_at"})

    assert (answer["rejected"], answer["gone"]) == (1, 0)


def test_nothing_is_called_gone_while_a_row_has_no_readable_key(db, extract, take):
    extract("id text, user_id text", [("1", "u1"), ("2", "u2")])
    take(key="id")
    extract("id text, user_id text", [("1", "u1"), (None, "u2")])

    answer = take(day=1, key="id", full_extract=True)

    assert (answer["rejected"], answer["gone"]) == (1, None)


def test_the_same_key_in_two_sources_is_two_records(db, extract, take):
    extract(COLUMNS, [("1", None, "an@shop.vn", None)])
    take(key="id")
    extract(COLUMNS, [("1", None, "binh@shop.vn", None)])

    answer = take(key="id", source="erp")
    resolve(db)

    assert answer["new"] == 1
    assert len(partition(db)) == 2


def test_the_key_may_be_an_identifier_as_well(db, extract, take):
    extract("customer_id text, city text", [("7", "Huế")])

    take(key="customer_id")

    assert db.column("SELECT identifiers FROM tenant_acme.cdp_raw_profiles") == [
        {"crm_id:crm": "7", "record_id:crm": "7"}
    ]


def test_a_key_needs_the_identifier_type_that_holds_versions_together(db, extract, take):
    db.execute("DELETE FROM c360.identifier_types WHERE tenant = 'acme' AND identifier_type = 'record_id'")
    extract(COLUMNS, [("1", "u1", None, None)])

    with pytest.raises(psycopg.Error) as refused:
        take(key="id")

    assert refused.value.sqlstate == "U1425"
