"""Consents in an import: with a time they are answers like others, without one they take back no objection."""

from __future__ import annotations

import pytest

from support.events import ingest, track
from support.observations import resolve

COLUMNS = "id integer, email text, news text, form text, signed timestamptz"
MAPPING = {"email": "email", "news": "consents.marketing", "form": "consent_proof"}


@pytest.fixture
def crm(db, extract, take):
    """crm(("an@s.vn", "yes", "form 1", time)...) imports these records; answers the counts."""
    db.call("c360.set_consent_purpose", "acme", "marketing")

    def run(*rows, day=0, timed=False):
        extract(COLUMNS, [(number, *row) for number, row in enumerate(rows)])
        mapping = MAPPING | ({"signed": "observed_at"} if timed else {"signed": None})
        answer = take(day, key="id", mapping=mapping)
        resolve(db)
        return answer

    return run


def state(db, email):
    (found,) = db.call("c360.consents", "acme", "email", email)["purposes"]
    return found["state"]


def said(db, is_granted, at):
    context = {"consent": {"categoryPreferences": {"marketing": is_granted}}, "traits": {"email": "an@s.vn"}}
    ingest(db, track("Seen", userId="u1", timestamp=at, context=context))
    resolve(db)


def test_columns_are_answers_with_time_and_proof(db, crm):
    answer = crm(
        ("an@s.vn", "yes", "form 1", "2025-12-01T08:00:00Z"),
        ("binh@s.vn", "opt-out", None, "2025-12-01T08:00:00Z"),
        ("chi@s.vn", "maybe", "form 3", "2025-12-01T08:00:00Z"),
        ("dung@s.vn", None, None, None),
        timed=True,
    )

    assert (answer["new"], answer["unusable"]) == (4, {"consents.marketing": 1})
    assert [state(db, f"{name}@s.vn") for name in ("an", "binh", "chi", "dung")] == [
        "granted",
        "denied",
        "default",
        "default",
    ]
    (proof,) = db.call_rows("c360.consent_proofs", "acme", "email", "an@s.vn")
    assert (proof["method"], proof["proof"], proof["source"]) == ("import", "form 1", "crm")
    assert proof["last_said_at"].isoformat() == "2025-12-01T08:00:00+00:00"


def test_a_list_without_times_that_comes_every_night_takes_back_no_objection(db, crm):
    crm(("an@s.vn", "1", None, None))
    assert state(db, "an@s.vn") == "granted"

    said(db, False, "2026-01-02T08:00:00Z")
    for day in (3, 4):
        crm(("an@s.vn", "1", None, None), day=day)

    assert state(db, "an@s.vn") == "denied"
    history = db.call("c360.consents", "acme", "email", "an@s.vn")["history"]
    assert [(row["method"], row["said_count"]) for row in history] == [("event", 1), ("import", 1)]


def test_a_no_that_a_record_turns_into_counts_though_nothing_else_of_it_changed(db, crm):
    crm(("an@s.vn", "1", None, None))
    answer = crm(("an@s.vn", "0", None, None), day=1)

    assert (answer["unchanged"], state(db, "an@s.vn")) == (1, "denied")


def test_a_no_that_a_record_turns_into_again_counts_again(db, crm):
    """A yes that came another way stands between the two."""

    def says(day, word):
        db.execute("UPDATE tenant_acme.cdp_consents SET recorded_at = recorded_at - interval '1 day'")
        crm(("an@s.vn", word, None, None), day=day)

    says(0, "no")
    for day in (4, 8):
        yes_at = f"2026-01-{day:02}T08:00:00Z"
        db.call("c360.set_consent", "acme", "email", "an@s.vn", "marketing", True, "form 1", p_said_at=yes_at)
        says(day, "no")
        assert state(db, "an@s.vn") == "granted"
        says(day + 1, "yes")
        assert state(db, "an@s.vn") == "granted"
        says(day + 2, "no")
        assert state(db, "an@s.vn") == "denied"


@pytest.mark.parametrize(
    "word",
    [
        "true",
        "1",
        "Yes",
        "ja",
        "WAHR",
        "vrai",
        "có",
        "x",
        "2024-05-01",
        "\u00a0TRUE\u200b",
        "'1'",
        "Unsubscribed",
        "opt-out",
        "?!",
    ],
)
def test_whatever_stands_in_a_column_of_objections_is_one(db, extract, take, word):
    db.call("c360.set_consent_purpose", "acme", "marketing")
    extract("email text, out text", [("an@s.vn", word)])

    take(mapping={"email": "email", "out": "consents.marketing:opted_out"})
    resolve(db)

    assert state(db, "an@s.vn") == "denied"


@pytest.mark.parametrize(
    "word", ["false", "0", "No", "nein", "FALSCH", "faux", "không", "-", "n/a", " ", "subscribed", "'0"]
)
def test_who_did_not_object_has_said_nothing(db, extract, take, word):
    db.call("c360.set_consent_purpose", "acme", "marketing")
    extract("email text, out text", [("an@s.vn", word)])

    answer = take(mapping={"email": "email", "out": "consents.marketing:opted_out"})
    resolve(db)

    assert (state(db, "an@s.vn"), answer["unusable"]) == ("default", {})


@pytest.mark.parametrize(
    ("word", "held"),
    [
        ("ja", "granted"),
        ("Oui", "granted"),
        ("WAHR", "granted"),
        ("sí", "granted"),
        ("Đồng ý", "default"),
        ("nein", "denied"),
        ("FAUX", "denied"),
        ("'0", "denied"),
        ("không", "denied"),
        ("not_subscribed", "denied"),
        ("Cleaned", "denied"),
        ("pending", "default"),
        ("x", "default"),
    ],
)
def test_answers_are_read_in_the_words_of_other_languages_and_systems(db, extract, take, word, held):
    db.call("c360.set_consent_purpose", "acme", "marketing")
    extract("email text, news text", [("an@s.vn", word)])

    take(mapping={"email": "email", "news": "consents.marketing"})
    resolve(db)

    assert state(db, "an@s.vn") == held


def test_of_two_columns_about_one_purpose_a_no_counts(db, extract, take):
    db.call("c360.set_consent_purpose", "acme", "marketing")
    extract(
        "email text, a text, b text", [("an@s.vn", "yes", "no"), ("bo@s.vn", "yes", None), ("cy@s.vn", "no", "yes")]
    )

    take(mapping={"email": "email", "a": "consents.marketing", "b": "consents.marketing"})
    resolve(db)

    assert [state(db, f"{name}@s.vn") for name in ("an", "bo", "cy")] == ["denied", "granted", "denied"]


def test_a_no_without_a_time_counts_from_the_first_import_on(db, crm):
    crm(("an@s.vn", "no", None, None), day=0)
    crm(("an@s.vn", "no", None, None), day=5)

    history = db.call("c360.consents", "acme", "email", "an@s.vn")["history"]
    assert [(row["last_said_at"], row["said_count"]) for row in history] == [("2026-01-01T00:00:00+00:00", 1)]
