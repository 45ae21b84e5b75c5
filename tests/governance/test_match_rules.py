"""Match rules as metadata: stated in YAML or SQL, refused where they cannot be right, audited, told, versioned."""

import textwrap

import psycopg
import pytest

from c360.domain.errors import GovernanceRefused, UsageError
from c360.domain.rules import CompositeDefinition, RuleProblem, ScoredDefinition, parse_definition
from c360.governance import Permissions, apply_declaration, export_tenant, load_spec, plan_tenant, read_declaration

SAME_PERSON = {
    "all": [
        {"attribute": "date_of_birth", "compare": "exact"},
        {"attribute": "last_name", "compare": "metaphone"},
        {"attribute": "first_name", "compare": "trigram", "at_least": 0.6},
    ],
    "verdict": "match",
}
SCORED = {
    "comparisons": [
        {"attribute": "first_name", "as": "given_name", "levels": [0.9, 0.7], "weights": [5, 2.5, -3]},
        {"attribute": "date_of_birth", "as": "date"},
    ],
    "blocking": [["date_of_birth", "last_name"], ["zip_code"]],
    "match": 0.95,
    "review": 0.5,
    "decides": ["email"],
    "term_frequency": False,
}
BIRTH = {"attribute": "date_of_birth", "compare": "exact"}
NAME = {"attribute": "last_name", "compare": "trigram"}


def _set(tenant, rule, kind, definition, **more):
    return tenant.db.call("c360.set_match_rule", tenant.name, rule, kind, definition, **more)


def _write(tmp_path, tenant, text):
    path = tmp_path / "tenant.yaml"
    path.write_text(f"tenant: {tenant.name}\n" + textwrap.dedent(text), encoding="utf-8")
    return path


def _apply(tenant, path):
    return apply_declaration(tenant.db.connection, read_declaration(path), Permissions(), lambda _: True)


def test_a_rule_stated_in_sql_reaches_the_templates_in_typed_parts(tenant):
    _set(tenant, "same_person", "composite", SAME_PERSON, p_priority=50)
    _set(tenant, "likely", "scored", {})

    spec = load_spec(tenant.db.connection, tenant.name)

    ((rule, composite),) = spec.composite_rules
    assert (rule.name, rule.priority, composite.verdict) == ("same_person", 50, "match")
    assert (composite.exact_attributes, composite.sounding_attributes) == (("date_of_birth",), ("last_name",))
    assert composite.block_limit == 300
    assert composite.conditions[2].at_least == 0.6
    assert [(rule.name, definition) for rule, definition in spec.scored_rules] == [("likely", ScoredDefinition())]


def test_setting_a_rule_twice_changes_nothing_the_second_time(tenant):
    first = _set(tenant, "same_person", "composite", SAME_PERSON)
    second = _set(tenant, "same_person", "composite", SAME_PERSON)
    third = _set(tenant, "same_person", "composite", SAME_PERSON, p_is_active=False)

    assert (first, second, third) == (True, False, True)
    assert load_spec(tenant.db.connection, tenant.name).composite_rules == ()


def test_removing_a_rule_twice_finds_nothing_the_second_time(tenant):
    _set(tenant, "same_person", "composite", SAME_PERSON)

    answers = [tenant.db.call("c360.remove_match_rule", tenant.name, "same_person") for _ in range(2)]

    assert answers == [True, False]


def test_rules_in_a_file_are_applied_and_exported_as_they_were_written(tenant, tmp_path):
    path = _write(
        tmp_path,
        tenant,
        """
        date_order: DMY
        email_ignores_tags: true
        match_rules:
          same_person:
            kind: composite
            priority: 50
            definition:
              all:
                - {attribute: date_of_birth, compare: exact}
                - {attribute: last_name, compare: metaphone}
                - {attribute: first_name, compare: trigram, at_least: 0.6}
          likely:
            kind: scored
        """,
    )

    application = _apply(tenant, path)
    exported = tmp_path / "exported.yaml"
    exported.write_text(export_tenant(tenant.db.connection, tenant.name), encoding="utf-8")
    again = _apply(tenant, exported)

    assert {"match_rules.same_person: new", "match_rules.likely: new"} <= set(application.changes)
    assert again.is_empty
    spec = load_spec(tenant.db.connection, tenant.name)
    assert [rule.name for rule in spec.match_rules] == ["same_person", "likely"]
    assert (spec.date_order, spec.email_ignores_tags, spec.email_ignores_dots) == ("DMY", True, False)


def test_a_file_with_a_wrong_rule_names_rule_key_and_hint(tenant, tmp_path):
    path = _write(
        tmp_path,
        tenant,
        """
        match_rules:
          same_person:
            kind: composite
            definition:
              all:
                - {attribute: date_of_birth, compare: exact}
                - {attribute: first_name, compare: trigram, atleast: 0.6}
        """,
    )

    with pytest.raises(UsageError) as refused:
        read_declaration(path)

    assert "match_rules.same_person" in refused.value.detail
    assert "all[2].atleast" in refused.value.detail
    assert "did you mean at_least?" in refused.value.detail


WRONG = [
    ("composite", {}, "all"),
    ("composite", {"all": []}, "all"),
    ("composite", {"all": "dob"}, "all"),
    ("composite", {"all": ["dob"]}, "all[1]"),
    ("composite", {"all": [BIRTH], "veto": 1}, "veto"),
    ("composite", {"all": [BIRTH], "verdict": "maybe"}, "verdict"),
    ("composite", {"all": [BIRTH], "block_limit": 1}, "block_limit"),
    ("composite", {"all": [BIRTH], "block_limit": 2.5}, "block_limit"),
    ("composite", {"all": [{"attribute": "last_name"}]}, "all[1].compare"),
    ("composite", {"all": [{"attribute": "last_name", "compare": "soundex"}]}, "all[1].compare"),
    ("composite", {"all": [BIRTH, {**NAME, "at_most": 1}]}, "all[2].at_most"),
    ("composite", {"all": [{"compare": "exact"}]}, "all[1].attribute"),
    ("composite", {"all": [BIRTH, {**NAME, "at_least": 0}]}, "all[2].at_least"),
    ("composite", {"all": [BIRTH, {**NAME, "at_least": "0.6"}]}, "all[2].at_least"),
    ("composite", {"all": [BIRTH, {**NAME, "compare": "levenshtein", "at_most": 0}]}, "all[2].at_most"),
    ("composite", {"all": [BIRTH, {**NAME, "compare": "levenshtein", "at_most": 1.5}]}, "all[2].at_most"),
    ("composite", {"all": [{**BIRTH, "compare": "date_close", "within_days": -1}]}, "all[1].within_days"),
    ("composite", {"all": [{**BIRTH, "compare": "date_close", "swapped": 1}]}, "all[1].swapped"),
    ("composite", {"all": [BIRTH, {"attribute": "latitude", "compare": "numeric_close"}]}, "all[2]"),
    (
        "composite",
        {"all": [BIRTH, {"attribute": "latitude", "compare": "numeric_close", "within": 0}]},
        "all[2].within",
    ),
    ("composite", {"all": [{**NAME, "compare": "metaphone"}]}, "all"),
    ("composite", {"all": [NAME]}, "all"),
    ("scored", {"threshold": 0.9}, "threshold"),
    ("scored", {"match": 1.5}, "match"),
    ("scored", {"match": "0.9"}, "match"),
    ("scored", {"match": 0.5, "review": 0.9}, "review"),
    ("scored", {"term_frequency": "yes"}, "term_frequency"),
    ("scored", {"decides": "email"}, "decides"),
    ("scored", {"blocking": "email"}, "blocking"),
    ("scored", {"blocking": [[]]}, "blocking[1]"),
    ("scored", {"blocking": [["zip_code"], "zip_code"]}, "blocking[2]"),
    ("scored", {"comparisons": ["first_name"]}, "comparisons[1]"),
    ("scored", {"comparisons": [{"attribute": "first_name", "as": "name"}]}, "comparisons[1].as"),
    ("scored", {"comparisons": [{"as": "date"}]}, "comparisons[1].attribute"),
    (
        "scored",
        {"comparisons": [{"attribute": "first_name", "as": "text", "levels": [0.9, "x"]}]},
        "comparisons[1].levels",
    ),
    ("scored", {"comparisons": [{"attribute": "first_name", "as": "text", "m": 1}]}, "comparisons[1].m"),
]
WRONG_FOR_A_TENANT = [
    ("composite", {"all": [BIRTH, {**NAME, "attribute": "shoe_size"}]}, "all[2].attribute"),
    ("composite", {"all": [BIRTH, {**NAME, "attribute": "date_of_birth"}]}, "all[2].attribute"),
    ("composite", {"all": [{**NAME, "compare": "date_close"}, BIRTH]}, "all[1].attribute"),
    ("composite", {"all": [{**BIRTH, "attribute": "data_labels"}]}, "all[1].attribute"),
    ("scored", {"comparisons": [{"attribute": "shoe_size", "as": "number"}]}, "comparisons[1].attribute"),
    ("scored", {"decides": ["shoe_size"]}, "decides[1]"),
]


@pytest.mark.parametrize(("kind", "definition", "where"), WRONG)
def test_the_file_and_the_database_refuse_the_same_definitions_at_the_same_place(db, kind, definition, where):
    with pytest.raises(RuleProblem) as in_python:
        parse_definition(kind, definition)

    problem = db.call(f"c360._{kind}_rule_problem", "acme", definition)

    assert (in_python.value.where, problem["where"]) == (where, where)


@pytest.mark.parametrize(("kind", "definition", "where"), WRONG_FOR_A_TENANT)
def test_the_database_knows_the_attributes_a_rule_may_speak_of(db, kind, definition, where):
    assert db.call(f"c360._{kind}_rule_problem", "acme", definition)["where"] == where


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        ("composite", SAME_PERSON),
        ("scored", SCORED),
        ("scored", {}),
        (
            "composite",
            {
                "all": [
                    {"attribute": "last_name", "compare": "exact"},
                    {"attribute": "first_name", "compare": "levenshtein", "at_most": 2},
                    {"attribute": "date_of_birth", "compare": "date_close", "within_days": 1, "swapped": True},
                    {"attribute": "latitude", "compare": "numeric_close", "within": 0.01},
                    {"attribute": "longitude", "compare": "numeric_close", "within_ratio": 0.01},
                ],
                "verdict": "review",
            },
        ),
    ],
)
def test_what_can_be_right_passes_both(db, kind, definition):
    expected = {"composite": CompositeDefinition, "scored": ScoredDefinition}[kind]

    assert isinstance(parse_definition(kind, definition), expected)
    assert db.call(f"c360._{kind}_rule_problem", "acme", definition) is None


def test_a_wrong_rule_is_refused_however_it_is_written(tenant):
    with pytest.raises(psycopg.Error) as refused:
        tenant.db.execute(
            "INSERT INTO c360.match_rules (tenant, rule, kind, definition) VALUES (%s, 'x', 'composite', '{}')",
            tenant.name,
        )

    assert refused.value.sqlstate == "U4416"


def test_a_rule_that_became_wrong_stops_the_plan_by_name(tenant):
    _set(tenant, "same_person", "composite", SAME_PERSON)
    tenant.change("last_name", status="retired")

    with pytest.raises(GovernanceRefused) as refused:
        plan_tenant(tenant.db.connection, tenant.name)

    assert refused.value.code == "U4416"
    assert "same_person" in refused.value.message


def test_a_changed_rule_is_audited_and_told(tenant):
    _set(tenant, "same_person", "composite", SAME_PERSON)
    _set(tenant, "same_person", "composite", SAME_PERSON, p_priority=7)

    actions = tenant.db.column(
        "SELECT action FROM c360.audit_log WHERE tenant = %s AND object = 'same_person' ORDER BY audit_id", tenant.name
    )

    assert actions == ["match_rules.added", "match_rules.changed"]
    assert tenant.messages("metadata.changed")[-1] == {
        "table": "match_rules",
        "objects": [{"object": "same_person", "operation": "changed"}],
    }
