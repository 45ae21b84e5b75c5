"""One tenant as a YAML file."""

import textwrap

import pytest
import yaml

from c360.domain.errors import UsageError
from c360.governance import Permissions, apply_declaration, export_tenant, read_declaration


@pytest.fixture
def write(tmp_path):
    def write(text: str, **values: str):
        path = tmp_path / "tenant.yaml"
        path.write_text(textwrap.dedent(text).format(**values), encoding="utf-8")
        return path

    return write


def _apply(tenant_or_db, path, *, agree=True, **permissions):
    db = getattr(tenant_or_db, "db", tenant_or_db)
    return apply_declaration(
        db.connection, read_declaration(path), Permissions(**permissions), lambda _application: agree
    )


def test_an_exported_tenant_applied_again_changes_nothing(tenant, tmp_path):
    tenant.add("shoe_size", "integer", is_indexed=True, position=5, description="it's: #1 “ü” \\ {{ x }}")
    tenant.add("tags_of_ours", "text[]", trait_paths=["a.b", "c"], pii_class="sensitive")
    tenant.add("by_source", survivorship="source_priority", source_priority=["crm", "web"])
    tenant.add("old", status="retired")
    tenant.sync()
    path = tmp_path / "exported.yaml"
    path.write_text(export_tenant(tenant.db.connection, tenant.name), encoding="utf-8")

    application = _apply(tenant, path)

    assert application.is_empty, application.changes
    assert application.plan.is_empty


def test_an_exported_tenant_can_be_made_again_under_another_name(tenant, new_name, tmp_path):
    tenant.add("shoe_size", "integer", is_indexed=True)
    tenant.change("email", is_indexed=False)
    tenant.sync()
    content = yaml.safe_load(export_tenant(tenant.db.connection, tenant.name))
    path = tmp_path / "copy.yaml"
    path.write_text(yaml.safe_dump({**content, "tenant": f"{new_name}_b"}), encoding="utf-8")

    application = _apply(tenant, path)

    copied = yaml.safe_load(export_tenant(tenant.db.connection, f"{new_name}_b"))
    assert application.is_new
    assert {**copied, "tenant": None} == {**content, "tenant": None}


def test_a_short_file_makes_a_whole_tenant(db, new_name, write):
    path = write("tenant: {name}\n", name=new_name)

    _apply(db, path)

    assert db.value(f"SELECT count(*) FROM tenant_{new_name}.cdp_profiles") == 0


def test_an_attribute_in_yaml_becomes_a_column_with_sensible_defaults(tenant, write):
    path = write(
        """
        tenant: {name}
        attributes:
          shoe_size: {{data_type: integer, is_indexed: true}}
          favourite_colours: {{data_type: "text[]"}}
        """,
        name=tenant.name,
    )

    application = _apply(tenant, path)

    assert sorted(application.changes) == ["attributes.favourite_colours: new", "attributes.shoe_size: new"]
    assert tenant.column_type("shoe_size") == "integer"
    row = tenant.db.row(
        "SELECT trait_paths, survivorship, normaliser FROM c360.profile_attributes"
        " WHERE tenant = %s AND attribute = 'favourite_colours'",
        tenant.name,
    )
    assert row == (["favouriteColours", "favourite_colours"], "union", "text")


def test_what_a_file_does_not_list_stays(tenant, write):
    path = write("tenant: {name}\ndefault_country: VN\n", name=tenant.name)

    application = _apply(tenant, path)

    assert application.changes == ("default_country: 'US' becomes 'VN'",)
    assert tenant.column_type("email") == "text"


def test_nothing_stays_when_the_answer_is_no(tenant, write):
    path = write("tenant: {name}\nattributes: {{shoe_size: {{data_type: integer}}}}\n", name=tenant.name)

    assert _apply(tenant, path, agree=False) is None

    assert tenant.plan().is_empty
    assert tenant.db.value("SELECT count(*) FROM c360.profile_attributes WHERE attribute = 'shoe_size'") == 0


def test_a_new_tenant_leaves_nothing_when_the_answer_is_no(db, new_name, write):
    assert _apply(db, write("tenant: {name}\n", name=new_name), agree=False) is None

    assert db.value("SELECT count(*) FROM c360.tenants WHERE tenant = %s", new_name) == 0


def test_an_attribute_is_retired_and_dropped_by_file(tenant, write):
    path = write("tenant: {name}\nattributes: {{lifestyle: {{data_type: text, status: retired}}}}\n", name=tenant.name)

    _apply(tenant, path)
    assert tenant.column_type("lifestyle") == "text"

    _apply(tenant, path, allow_drop=True)
    assert tenant.column_type("lifestyle") is None


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("tenant: acme\ncolour: red\n", "colour: unknown key", "known keys are"),
        ("tenant: acme\nattribute: {}\n", "attribute: unknown key", "did you mean attributes?"),
        (
            "tenant: acme\nattributes: {shoe: {data_type: text, indexed: true}}\n",
            "attributes.shoe.indexed: unknown key",
            "did you mean is_indexed?",
        ),
        ("tenant: acme\nattributes: {shoe: {data_type: string}}\n", "attributes.shoe.data_type: ", None),
        ("tenant: acme\nattributes: {shoe: {}}\n", "attributes.shoe.data_type: ", None),
        ("tenant: acme\nattributes: {Shoe: {data_type: text}}\n", "attributes.Shoe: ", "Shoe: write it like shoe_size"),
        ("tenant: acme\nrfm: {window: 3 parsecs}\n", "rfm.window: '3 parsecs' cannot be read", "write it like 90 days"),
        (
            "tenant: acme\nattributes: {shoe: {data_type: text, is_indexed: maybe}}\n",
            "attributes.shoe.is_indexed: ",
            None,
        ),
        (
            "tenant: acme\nattributes: {shoe: {data_type: text, survivorship: source_priority}}\n",
            "attributes.shoe: ",
            None,
        ),
        ("tenant: Acme Ltd\n", "tenant: ", None),
        ("tenant: acme\ndefault_country: Vietnam\n", "default_country: ", None),
        ("tenant: acme\nidentifier_types: {card: {profile_limit: 0}}\n", "identifier_types.card.profile_limit: ", None),
        ("tenant: acme\nblocked_values: [{pattern: x}]\n", "blocked_values.0.identifier_type: ", None),
        ("- tenant\n", "the file: ", None),
    ],
)
def test_a_wrong_file_is_refused_with_file_key_and_hint(tmp_path, text, place, hint):
    path = tmp_path / "wrong.yaml"
    path.write_text(text)

    with pytest.raises(UsageError) as refused:
        read_declaration(path)

    assert str(path) in refused.value.message
    assert place in refused.value.detail
    assert hint is None or hint in refused.value.hint


def test_every_problem_of_a_file_is_said_at_once(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("tenant: acme\ncolour: red\nattributes: {shoe: {}}\n")

    with pytest.raises(UsageError) as refused:
        read_declaration(path)

    assert "colour" in refused.value.detail
    assert "attributes.shoe.data_type" in refused.value.detail


@pytest.mark.parametrize(
    "text", ["tenant: a\ntenant: b\n", "tenant: [\n", "tenant: !!python/object/apply:os.getcwd []\n"]
)
def test_what_is_not_plain_yaml_is_refused(tmp_path, text):
    path = tmp_path / "wrong.yaml"
    path.write_text(text)

    with pytest.raises(UsageError) as refused:
        read_declaration(path)

    assert "is not YAML" in refused.value.message


def test_a_missing_file_is_said_plainly(tmp_path):
    with pytest.raises(UsageError) as refused:
        read_declaration(tmp_path / "nothing.yaml")

    assert "cannot be read" in refused.value.message
