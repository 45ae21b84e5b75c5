"""A preview says what applying does, and leaves nothing behind."""

import psycopg
import pytest

from c360.governance import apply_declaration, preview_declaration, read_declaration, sync_tenant
from c360.governance.plan import Permissions
from support.observations import observe, partition, resolve

FILES = {
    "a rule": """
match_rules:
  same_person:
    kind: composite
    definition:
      all:
        - {attribute: date_of_birth, compare: exact}
        - {attribute: last_name, compare: metaphone}
        - {attribute: first_name, compare: trigram, at_least: 0.4}
""",
    "a blocked value": """
blocked_values:
  - {identifier_type: email, pattern: 'info@s[.]vn', reason: the shop}
""",
    "an identifier that is matched no more": """
identifier_types:
  phone: {normaliser: phone, is_matched: false}
""",
    "a setting": "email_ignores_tags: true\n",
}


@pytest.fixture
def people(db):
    """Observations in which each of the files changes something."""
    ids = [
        observe(db, traits={"firstName": "Katharine", "lastName": "Smith", "birthday": "1990-02-03", "city": "Hue"}),
        observe(db, traits={"firstName": "Catharine", "lastName": "Smyth", "birthday": "1990-02-03", "city": "Vinh"}),
        observe(db, user_id="u1", email="info@s.vn"),
        observe(db, email="info@s.vn", source="crm"),
        observe(db, user_id="u3", phone="+12025550101"),
        observe(db, phone="+12025550101", source="crm"),
        observe(db, user_id="u4", email="an+shop@s.vn"),
        observe(db, email="an@s.vn", source="crm"),
    ]
    resolve(db)
    return ids


def _declaration(tmp_path, text):
    path = tmp_path / "acme.yaml"
    path.write_text("tenant: acme\n" + text)
    return read_declaration(path)


def _everything(db):
    tables = db.column(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'tenant_acme'::regnamespace AND relkind = 'r'"
    )
    functions = db.rows(
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'tenant_acme'::regnamespace ORDER BY 1"
    )
    metadata = db.value("SELECT c360.tenant_metadata('acme')")
    return [metadata, functions, {table: db.rows(f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in tables}]


def _hiding(db):
    """Puts a word for golden records that are not there yet: their ids are drawn anew each time."""
    old = {str(number) for number in db.column("SELECT master_profile_id FROM tenant_acme.cdp_master_profiles")}

    def hide(value):
        if isinstance(value, dict):
            return {key: hide(item) for key, item in value.items()}
        if isinstance(value, list):
            return [hide(item) for item in value]
        return "new" if isinstance(value, str) and len(value) == 36 and value not in old else value

    return hide


@pytest.mark.parametrize("change", FILES)
def test_a_preview_lists_exactly_what_applying_and_rebuilding_does(db, people, tmp_path, change):
    declaration = _declaration(tmp_path, FILES[change])
    hide = _hiding(db)
    kept = partition(db)

    foreseen = preview_declaration(db.connection, declaration)
    again = preview_declaration(db.connection, declaration)
    unchanged = partition(db)
    apply_declaration(db.connection, declaration, Permissions(), lambda _: True)
    done = db.call("c360.rebuild_identities", "acme")

    assert unchanged == kept
    assert partition(db) != kept
    assert hide(again.changes) == hide(foreseen.changes)
    assert hide({key: value for key, value in foreseen.changes.items() if key != "pairs"}) == hide(done)
    assert sum(foreseen.changes["counts"].values()) > 0


def test_a_preview_leaves_nothing_behind(db, people, tmp_path):
    before = _everything(db)

    preview_declaration(db.connection, _declaration(tmp_path, "".join(FILES.values())))

    assert _everything(db) == before


def test_a_preview_lists_the_pairs_a_rule_makes_and_no_longer_makes(db, people, tmp_path):
    declaration = _declaration(tmp_path, FILES["a rule"])
    off = _declaration(
        tmp_path, FILES["a rule"].replace("    kind: composite\n", "    kind: composite\n    is_active: false\n")
    )

    added = preview_declaration(db.connection, declaration).changes["pairs"]
    apply_declaration(db.connection, declaration, Permissions(), lambda _: True)
    db.call("c360.rebuild_identities", "acme")
    made = db.rows("SELECT low_raw_profile_id, high_raw_profile_id, rule, verdict FROM tenant_acme.cdp_match_pairs")
    removed = preview_declaration(db.connection, off).changes["pairs"]

    assert added["counts"] == {"added": 1, "removed": 0}
    assert [
        (pair["low_raw_profile_id"], pair["high_raw_profile_id"], pair["rule"], pair["verdict"])
        for pair in added["added"]
    ] == made
    assert removed["counts"] == {"added": 0, "removed": 1}


def test_what_cannot_be_applied_cannot_be_previewed(db, people, tmp_path):
    wrong = FILES["a rule"].replace("last_name", "no_such_attribute")

    with pytest.raises(psycopg.Error) as refused:
        preview_declaration(db.connection, _declaration(tmp_path, wrong))

    assert refused.value.sqlstate == "U4416"


def _preview(db, changes, **named):
    return db.call("c360.preview_rules", "acme", changes, **named)


def test_limits_and_priorities_are_previewed_in_sql(db, people, tmp_path):
    for number in range(6):
        observe(db, phone=f"+1202555011{number}", user_id="u9", traits={"n": number})
        observe(db, email="x@s.vn", traits={"firstName": f"{chr(97 + number)}na", "lastName": "Le", "n": number})
    resolve(db)
    apply_declaration(db.connection, _declaration(tmp_path, FILES["a rule"]), Permissions(), lambda _: True)
    db.call("c360.rebuild_identities", "acme")
    changes = {
        "max_cluster_size": 5,
        "identifier_types": {"email": {"person_limit": 3}},
        "match_rules": {"same_person": {"priority": 5, "is_active": False}},
    }
    hide, kept, before = _hiding(db), partition(db), _everything(db)

    foreseen = _preview(db, changes)
    after = _everything(db)
    db.execute("UPDATE c360.tenants SET max_cluster_size = 5 WHERE tenant = 'acme'")
    db.execute("UPDATE c360.identifier_types SET person_limit = 3 WHERE tenant = 'acme' AND identifier_type = 'email'")
    db.execute("UPDATE c360.match_rules SET priority = 5, is_active = false WHERE tenant = 'acme'")
    sync_tenant(db.connection, "acme")
    done = db.call("c360.rebuild_identities", "acme")

    assert after == before
    assert partition(db) != kept
    assert foreseen["dry_run"] is True
    assert foreseen["pairs"]["counts"] == {"added": 0, "removed": 1}
    assert hide({key: value for key, value in foreseen.items() if key not in ("pairs", "dry_run")}) == hide(
        {key: value for key, value in done.items() if key != "dry_run"}
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier_types": {"email": {"is_matched": False}}},
        {"identifier_types": {"no_such_type": {"person_limit": 3}}},
        {"match_rules": {"same_person": {"definition": {}}}},
        {"match_rules": {"same_person": {"is_active": True}}},
        {"match_rules": {"no_such_rule": {"priority": 3}}},
        {"match_rules": [1]},
        {"attributes": {}},
        {"max_cluster_size": "many"},
        {"max_cluster_size": 0},
        {"identifier_types": {"email": {"person_limit": -1}}},
        None,
    ],
)
def test_what_has_to_be_compiled_is_not_previewed_in_sql(db, people, tmp_path, changes):
    apply_declaration(db.connection, _declaration(tmp_path, FILES["a rule"]), Permissions(), lambda _: True)

    with pytest.raises(psycopg.Error) as refused:
        _preview(db, changes)

    assert refused.value.sqlstate == "U4418"
