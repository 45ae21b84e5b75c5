"""Who is erased, what stays, what is refused afterwards, and what is said about it."""

import json
import unicodedata

import psycopg
import pytest

from c360.governance import Permissions, apply_declaration, create_tenant, export_tenant, read_declaration
from support.observations import master_of, observe, partition, resolve
from support.session import Session


def erase(db, kind, value, *more, **named):
    return db.call("c360.erase_profile", "acme", kind, value, "case 17", *more, **named)


def refused(function, *arguments, **named):
    with pytest.raises(psycopg.Error) as error:
        function(*arguments, **named)
    return error.value.sqlstate


def order(message="m1", **more):
    return {"type": "track", "event": "Order Completed", "messageId": message, "userId": "u-1234567", **more}


@pytest.fixture
def mai(db):
    raw = observe(db, user_id="u-1234567", traits={"email": "Mai@Shop.vn", "phone": "0901 234 567", "name": "Mai Tran"})
    resolve(db)
    return raw


@pytest.mark.parametrize(("kind", "value"), [("email", "MAI@shop.vn "), ("user_id", "u-1234567")])
def test_a_person_is_found_by_any_identifier_as_it_is_written(db, mai, kind, value):
    assert erase(db, kind, value)["tables"]["cdp_master_profiles"] == 1
    assert partition(db) == set()


def test_an_id_that_was_merged_away_erases_its_survivor_and_all_that_became_one(db, mai):
    other = observe(db, user_id="u-7654321")
    resolve(db)
    absorbed = str(master_of(db, other))
    db.call("c360.merge_profiles", "acme", master_of(db, mai), absorbed, "the same")

    assert erase(db, "profile_id", absorbed)["tables"]["cdp_master_profiles"] == 2
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_master_profiles") == 0


@pytest.mark.parametrize(
    ("arguments", "named", "code"),
    [
        (("email", "nobody@shop.vn", "case"), {}, "U2404"),
        (("shoe_size", "42", "case"), {}, "U2405"),
        (("email", "mai@shop.vn", "case", "burn"), {}, "U2500"),
        (("email", "mai@shop.vn", "case", None), {}, "U2500"),
        (("email", "mai@shop.vn", " "), {}, "U2501"),
        (("email", "mai@shop.vn", None), {}, "U2501"),
        (("email", "mai@shop.vn", "asked by (MAI@shop.vn)"), {}, "U2501"),
        (("email", "mai@shop.vn", "phone +84901234567"), {}, "U2501"),
    ],
)
def test_what_cannot_be_meant_is_refused(db, arguments, named, code):
    db.execute("UPDATE c360.tenants SET default_country = 'VN'")
    observe(db, user_id="u-1234567", traits={"email": "mai@shop.vn", "phone": "+84901234567"})
    resolve(db)

    assert refused(db.call, "c360.erase_profile", "acme", *arguments, **named) == code


def test_nobody_is_guessed_where_two_hold_the_identifier(db):
    for number in (1, 2):
        observe(db, email="family@shop.vn", user_id=f"u{number}")
    resolve(db)

    assert refused(erase, db, "email", "family@shop.vn") == "U2502"


def test_a_second_erasure_finds_nobody(db, mai):
    erase(db, "user_id", "u-1234567")

    assert refused(erase, db, "user_id", "u-1234567") == "U2404"


def test_an_identifier_that_another_person_has_too_is_not_kept_out(db):
    for number in (1, 2):
        observe(db, email="family@shop.vn", user_id=f"u-000000{number}")
    resolve(db)

    assert erase(db, "user_id", "u-0000001")["suppressed"] == 1
    db.call(
        "c360.ingest",
        "acme",
        [{"type": "identify", "userId": "u-0000002", "traits": {"email": "family@shop.vn", "n": 1}}],
    )

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 2


def test_what_is_kept_out_is_answered_like_everything_and_counted(db, mai):
    erase(db, "user_id", "u-1234567")

    answer = db.call("c360.ingest", "acme", [order("new"), {**order("other"), "userId": "u2"}])

    again = db.call("c360.ingest", "acme", [order("new"), {**order("other"), "userId": "u2"}])

    assert answer == {"accepted": 2, "duplicates": 0, "rejected": []}
    assert again == {"accepted": 0, "duplicates": 2, "rejected": []}
    assert db.column("SELECT message_id FROM tenant_acme.cdp_behavioral_events") == ["other"]
    assert db.column("SELECT message_id FROM tenant_acme.cdp_event_ids") == ["other"]
    (record,) = db.call_rows("c360.erasures", "acme")
    assert (record["refused_count"], record["suppressed"], record["reason"]) == (1, 2, "case 17")


def test_an_alias_that_names_somebody_who_was_erased_is_kept_out(db, mai):
    erase(db, "user_id", "u-1234567")

    db.call("c360.ingest", "acme", [{"type": "alias", "userId": "u-new", "previousId": "u-1234567"}])

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 0


def test_what_people_load_by_hand_is_kept_out_too(db, mai):
    erase(db, "user_id", "u-1234567")

    observe(db, email="mai@shop.vn")
    kept = observe(db, email="lan@shop.vn")

    assert db.column("SELECT raw_profile_id FROM tenant_acme.cdp_raw_profiles") == [kept]
    assert db.column("SELECT raw_profile_id FROM tenant_acme.cdp_resolution_queue") == [kept]


def test_a_phone_number_is_kept_out_in_the_spelling_of_its_country(db):
    observe(db, user_id="u1", traits={"phone": "0901 234 567", "address": {"country": "VN"}})
    resolve(db)
    erase(db, "user_id", "u1")

    observe(db, traits={"phone": "+84 901234567"})
    observe(db, traits={"phone": "0901.234.567", "address": {"country": "VN"}, "n": 1})

    assert db.value("SELECT count(*) FROM tenant_acme.cdp_raw_profiles") == 0


def test_somebody_who_comes_back_is_let_in_by_each_identifier(db, mai):
    erase(db, "user_id", "u-1234567")

    assert db.call("c360.lift_suppression", "acme", "user_id", "u-1234567")
    assert not db.call("c360.lift_suppression", "acme", "user_id", "u-1234567")
    db.call("c360.ingest", "acme", [order("again")])
    db.call("c360.ingest", "acme", [{"type": "identify", "userId": "u-1234567", "traits": {"email": "mai@shop.vn"}}])
    resolve(db)

    profile = db.call("c360.profile", "acme", "user_id", "u-1234567")
    assert "email" not in profile


def test_a_tenant_may_let_erased_persons_in(db, mai, tmp_path):
    declaration = tmp_path / "acme.yaml"
    text = export_tenant(db.connection, "acme")
    declaration.write_text(text.replace("keeps_erased_out: true", "keeps_erased_out: false"))
    apply_declaration(db.connection, read_declaration(declaration), Permissions(), lambda _: True)

    assert erase(db, "user_id", "u-1234567")["suppressed"] == 0
    db.call("c360.ingest", "acme", [order("again")])
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 1


def test_an_erased_event_that_comes_late_is_a_duplicate_even_for_who_may_come_back(db):
    db.execute("UPDATE c360.tenants SET keeps_erased_out = false")
    db.call("c360.ingest", "acme", [order("m1")], "web")
    resolve(db)
    erase(db, "user_id", "u-1234567")

    answer = db.call("c360.ingest", "acme", [order("m1"), order("m2")], "web")

    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert db.call("c360.ingest", "acme", [order("m1")], "app")["accepted"] == 1


def test_anonymised_events_keep_time_name_and_amounts(db):
    sent = order(
        timestamp="2026-01-01T10:00:00Z",
        properties={
            "order_id": "o1",
            "total": 12.5,
            "revenue": "11.00",
            "tax": "call me",
            "value": 4111111111111111,
            "currency": "USD",
            "note": "for Mai",
            "products": [{"name": "Ring for Mai", "price": 12.5, "quantity": 1}, "Ring"],
        },
        context={"userAgent": "Mai's phone", "page": {"url": "https://shop.vn/mai"}},
    )
    db.call("c360.ingest", "acme", [sent], "web")
    db.call("c360.ingest", "acme", [{"type": "page", "userId": "u2", "name": "of Lan", "messageId": "p"}], "web")
    resolve(db)
    before = db.row(
        "SELECT event_id, received_at, occurred_at FROM tenant_acme.cdp_behavioral_events WHERE type = 'track'"
    )

    for user in ("u-1234567", "u2"):
        erase(db, "user_id", user, "anonymise")

    (bought, looked) = db.records("SELECT * FROM tenant_acme.cdp_behavioral_events ORDER BY event_id")
    assert (bought["event_id"], bought["received_at"], bought["occurred_at"]) == before
    assert (bought["event_name"], bought["source"]) == ("Order Completed", "web")
    assert bought["payload"] == {
        "type": "track",
        "event": "Order Completed",
        "properties": {
            "total": 12.5,
            "revenue": "11.00",
            "currency": "USD",
            "products": [{"price": 12.5, "quantity": 1}],
        },
    }
    assert looked["payload"] == {"type": "page"}
    # Nobody can tell that they were two persons, or one.
    assert bought["raw_profile_id"] == looked["raw_profile_id"]
    assert {bought["message_id"], looked["message_id"]}.isdisjoint({"m1", "p"})
    assert db.rows("SELECT identifiers, traits FROM tenant_acme.cdp_raw_profiles") == [({}, {})]
    resolve(db)
    assert partition(db) == set()
    assert db.call("c360.ingest", "acme", [sent], "web")["duplicates"] == 1


def test_versions_of_others_from_the_time_they_were_one_record_go(db):
    mai = observe(db, user_id="u-1234567", traits={"city": "Hue", "firstName": "Mai"})
    lan = observe(db, user_id="u-7654321", traits={"firstName": "Lan"}, day=1)
    resolve(db)
    one, other = master_of(db, lan), master_of(db, mai)
    db.call("c360.merge_profiles", "acme", one, other, "typed: Hue-17")
    survivor = db.call("c360.profile", "acme", "user_id", "u-7654321")["profile_id"]
    db.call("c360.split_profile", "acme", survivor, None, "user_id", "u-1234567", "typed: Hue-18")
    assert db.call("c360.profile", "acme", "user_id", "u-7654321").get("city") is None

    erase(db, "user_id", "u-1234567")

    history = db.column("SELECT profile::text || reason::text FROM tenant_acme.cdp_profile_history")
    assert history
    assert not any("Hue" in version for version in history)
    assert not any("Hue" in body for body in db.column("SELECT body FROM c360.messages"))
    assert not any("Hue" in detail for detail in db.column("SELECT detail::text FROM c360.audit_log"))
    assert db.call("c360.profile", "acme", "user_id", "u-7654321")["first_name"] == "Lan"


def test_a_decision_about_several_stays_for_the_others_without_its_reason(db):
    raws = [observe(db, user_id=f"u-000000{number}") for number in range(3)]
    resolve(db)
    db.call("c360.set_link_override", "acme", "cannot_link", raws[:1], raws[1:], "not Mai Tran")
    db.call("c360.set_link_override", "acme", "cannot_link", raws[:2], raws[2:], "not Mai Tran")

    answer = erase(db, "user_id", "u-0000000")

    assert answer["tables"]["cdp_link_overrides"] == 1
    assert db.rows("SELECT kind, reason FROM tenant_acme.cdp_link_overrides") == [("cannot_link", "")]


def test_others_who_are_named_alike_are_left_alone(db, mai):
    bystander = observe(
        db, user_id="u-12345678", email="thi.mai@shop.vn", traits={"name": "Mai Tran", "note": "knows xmai@shop.vn"}
    )
    resolve(db)
    db.call("c360.ingest", "acme", [{"type": "track", "userId": "u-12345678", "properties": {"note": "no name"}}])
    before = db.rows("SELECT profile, reason FROM tenant_acme.cdp_profile_history WHERE profile::text LIKE '%thi.mai%'")

    erase(db, "user_id", "u-1234567")

    assert partition(db) == {frozenset([bystander])}
    after = db.rows("SELECT profile, reason FROM tenant_acme.cdp_profile_history")
    assert after == before
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_rejected_events") == 1
    assert any("thi.mai@shop.vn" in body for body in db.column("SELECT body FROM c360.messages"))


@pytest.mark.parametrize("way", ["patch", "correction", "batch"])
def test_a_redrive_does_not_bring_an_erased_person_back(db, mai, way):
    nameless = {"type": "track", "event": "Bought", "messageId": "late"}
    db.call("c360.ingest", "acme", [nameless])
    [number] = db.column("SELECT rejected_event_id FROM c360.rejected_events('acme')")
    exported = {**nameless, "userId": "u-1234567"}
    erase(db, "user_id", "u-1234567")

    told = {
        "patch": lambda: db.call("c360.redrive_rejected_events", "acme", [number], {"userId": "u-1234567"}),
        "correction": lambda: db.call("c360.redrive_corrected_events", "acme", [number], [json.dumps(exported)]),
        "batch": lambda: db.call("c360.redrive_rejected_batch", "acme", {}, {"userId": "u-1234567"}),
    }[way]()
    resolve(db)

    assert told["redriven"] == 1
    assert partition(db) == set()
    assert db.value("SELECT count(*) FROM tenant_acme.cdp_behavioral_events") == 0


def test_what_was_exported_of_a_person_is_unknown_once_they_are_erased(db, mai):
    named = {"type": "track", "userId": "u-1234567", "messageId": "late"}
    db.call("c360.ingest", "acme", [named])
    [number] = db.column("SELECT rejected_event_id FROM c360.rejected_events('acme')")
    erase(db, "user_id", "u-1234567")

    told = db.call("c360.redrive_corrected_events", "acme", [number], [json.dumps({**named, "event": "Bought"})])

    assert (told["unknown"], told["redriven"]) == ([number], 0)


def test_the_record_says_when_who_why_and_how_much(db, mai):
    answer = erase(db, "user_id", "u-1234567")

    (record,) = db.records("SELECT * FROM tenant_acme.cdp_erasures")
    assert (record["erased_by"], record["reason"], record["mode"]) == ("dba", "case 17", "erase")
    assert record["counts"] == answer["tables"]
    (entry,) = db.records("SELECT * FROM c360.audit_log WHERE action = 'profiles.erased'")
    assert (entry["object"], entry["detail"]) == (str(record["erasure_id"]), {"mode": "erase", "reason": "case 17"})


def test_the_key_differs_from_tenant_to_tenant_and_no_role_of_one_reads_it(db):
    db.call("c360._use_tenant", "acme")
    privates = [name for (name,) in db.rows("SELECT relname FROM pg_class WHERE c360._is_private_table(relname)")]
    of_segments = [f"cdp_segment_{kind}" for kind in ("changes", "members", "passes", "states")]
    of_traits = [f"cdp_trait_{kind}" for kind in ("passes", "states", "values")]
    of_erasures = ["cdp_erased_event_ids", "cdp_erasure_keys", "cdp_suppressions"]
    of_scores = [f"cdp_engagement_{kind}" for kind in ("ranks", "states")]
    of_reports = [f"cdp_report_funnel_{kind}" for kind in ("parts", "states")]
    of_rules = [f"cdp_activation_{kind}" for kind in ("passes", "places", "queue", "sides")]
    of_activation = ["cdp_activations", "cdp_sent_messages", *of_rules]
    of_consent = ["cdp_consents", *(f"cdp_consent_{kind}" for kind in ("marks", "objections", "told"))]
    of_agents = ["cdp_agent_calls"]
    of_lakes = ["cdp_lake_erasures"]
    assert set(privates) == {
        *of_activation,
        *of_agents,
        *of_consent,
        *of_erasures,
        *of_lakes,
        *of_scores,
        *of_reports,
        *of_segments,
        *of_traits,
    }

    readable = db.rows(
        "SELECT role.rolname, private.name FROM pg_roles AS role CROSS JOIN unnest(%s::text[]) AS private (name)"
        " WHERE role.rolname LIKE 'c360\\_acme\\_%%'"
        "   AND (role.rolname, private.name) <> ('c360_acme_segments', 'cdp_segment_members')"
        "   AND has_any_column_privilege(role.rolname, format('tenant_acme.%%I', private.name), 'SELECT')",
        privates,
    )

    assert db.value("SELECT count(*) FROM pg_roles WHERE rolname ~ '^c360_acme_(reader|writer|admin)$'") == 3
    assert readable == []


def test_an_erasure_in_one_tenant_is_none_of_another(db: Session, mai):
    create_tenant(db.connection, "globex")
    erase(db, "user_id", "u-1234567")
    observe(db, tenant="globex", user_id="u-1234567")
    assert db.value("SELECT count(*) FROM tenant_globex.cdp_raw_profiles") == 1
    resolve(db, tenant="globex")
    db.call("c360.erase_profile", "globex", "user_id", "u-1234567", "case 18")

    assert db.value("SELECT a.key <> b.key FROM tenant_acme.cdp_erasure_keys a, tenant_globex.cdp_erasure_keys b")
    hashes = "SELECT identifier_hash FROM tenant_{}.cdp_suppressions"
    assert db.column(hashes.format("globex"))
    assert set(db.column(hashes.format("acme"))).isdisjoint(db.column(hashes.format("globex")))


def test_a_tenant_that_was_not_synced_since_the_upgrade_goes_on_and_cannot_erase(db, mai):
    db.execute(
        "DROP TABLE tenant_acme.cdp_suppressions, tenant_acme.cdp_erasures,"
        " tenant_acme.cdp_erasure_keys, tenant_acme.cdp_erased_event_ids"
    )

    assert db.call("c360.ingest", "acme", [order("m1")])["accepted"] == 1
    observe(db, user_id="u2")
    resolve(db)
    assert refused(erase, db, "user_id", "u-1234567") == "U2504"


def test_a_refused_event_is_known_by_its_user_id_however_short(db):
    nameless = {"type": "track", "messageId": "m"}
    db.call("c360.ingest", "acme", [{**nameless, "userId": user} for user in ("7", "77")])
    observe(db, user_id="7")
    resolve(db)
    db.call("c360.ingest", "acme", [{**nameless, "userId": "8", "properties": {"count": "7", "seven": 7}}])

    erase(db, "user_id", "7")

    payloads = db.column("SELECT payload::jsonb ->> 'userId' FROM tenant_acme.cdp_rejected_events ORDER BY 1")
    assert payloads == ["77", "8"]


def test_a_message_id_that_quotes_the_person_goes_even_where_retention_took_its_event(db, mai):
    ids = ["signup-mai@shop.vn-1", "order_u-1234567", "SIGNUP MAI@SHOP.VN", "of nobody"]
    db.call("c360.ingest", "acme", [order(message) for message in ids], "web")
    resolve(db)
    db.execute("DELETE FROM tenant_acme.cdp_behavioral_events")

    assert erase(db, "user_id", "u-1234567")["tables"]["cdp_event_ids"] == 3

    assert db.column("SELECT message_id FROM tenant_acme.cdp_event_ids") == ["of nobody"]
    late = [order(message, userId="u2") for message in ids]
    assert db.call("c360.ingest", "acme", late, "web") == {"accepted": 0, "duplicates": 4, "rejected": []}


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(str.upper, id="in capitals"),
        pytest.param(lambda mail: unicodedata.normalize("NFD", mail), id="decomposed"),
        pytest.param(lambda mail: unicodedata.normalize("NFD", mail.upper()), id="decomposed capitals"),
        pytest.param(lambda mail: mail.replace("ü", "%C3%BC").replace("@", "%40"), id="in an address"),
        pytest.param(lambda mail: f"<mailto:{mail}>.", id="in a text"),
    ],
)
def test_a_refused_event_is_known_by_an_address_however_its_letters_are_written(db, spelled):
    observe(db, user_id="u1", traits={"email": "jürgen.maier@shop.vn"})
    resolve(db)
    nameless = {"type": "track", "anonymousId": "a1"}
    notes = [spelled("jürgen.maier@shop.vn"), spelled("hans.jürgen.maier@shop.vn")]
    db.call("c360.ingest", "acme", [{**nameless, "properties": {"note": note}} for note in notes])

    erase(db, "user_id", "u1")

    assert db.column("SELECT payload::jsonb #>> '{properties,note}' FROM tenant_acme.cdp_rejected_events") == notes[1:]


def test_a_refused_event_that_is_kept_as_it_came_is_known_by_an_address_in_the_escapes_of_json(db):
    observe(db, user_id="u1", traits={"email": "jürgen.maier@shop.vn"})
    resolve(db)
    db.call("c360.ingest", "acme", [{"type": "track", "userId": "u2", "note": "to jürgen.maier@shop.vn"}])
    db.execute("UPDATE tenant_acme.cdp_rejected_events SET payload = replace(payload, 'ü', %s)", "\\u00fc")

    assert erase(db, "user_id", "u1")["tables"]["cdp_rejected_events"] == 1
