"""Attack: a domain of one's own, whose CHECK runs a function, as type of an argument and as name of a type in one."""

import pytest

TRAPS = """
    CREATE TABLE IF NOT EXISTS {den}.bait (user_id text);
    CREATE FUNCTION {den}.check_it(text) RETURNS boolean LANGUAGE sql AS 'SELECT {den}.steal() IS NOT NULL';
    CREATE DOMAIN {den}.trap AS text CHECK ({den}.check_it(VALUE));
    CREATE DOMAIN {den}.traps AS text[] CHECK ({den}.check_it('x'));
    CREATE DOMAIN {den}.document AS jsonb CHECK ({den}.check_it('x'));
    CREATE TYPE {den}.row_trap AS (a {den}.trap);
    CREATE VIEW {den}.view_trap AS SELECT 'x'::{den}.trap AS user_id, ROW('x')::{den}.row_trap AS email;
"""


@pytest.fixture
def trapper(burglar):
    if burglar.db.value("SELECT to_regtype(%s)", f"{burglar.den}.trap") is None:
        burglar.build(TRAPS)
    return burglar


def test_a_domain_as_argument_is_checked_as_the_caller(trapper):
    for call in trapper.functions():
        trapped = call.replace("::text)", f"::{trapper.den}.trap)").replace("::text,", f"::{trapper.den}.trap,")
        trapped = trapped.replace("::jsonb", f"::{trapper.den}.document")
        trapper.attempt(trapped)

    assert trapper.ran_as() <= {trapper.role}
    trapper.assert_empty_handed()


def test_a_type_named_in_an_argument_is_never_used(trapper):
    names = [f"{trapper.den}.trap", f"{trapper.den}.row_trap", f"{trapper.den}.traps"]
    calls = [call.replace(f"'{trapper.theirs}'", f"'{name}'") for call in trapper.functions() for name in names]
    calls += [
        f"SELECT c360.count_values('{trapper.mine}', 'cdp_master_profiles', 'full_name', '{name}')" for name in names
    ]

    for call in calls:
        trapper.attempt(call)

    assert trapper.ran_as() <= {trapper.role}
    trapper.assert_empty_handed()


def test_a_view_of_such_types_is_imported_as_the_caller(trapper):
    call = f"SELECT tenant_{trapper.mine}.import_raw_profiles('{trapper.den}.view_trap', NULL, 'web')"

    refused = trapper.attempt(call)

    assert (refused is None) == (trapper.right in {"writer", "admin"})
    assert trapper.ran_as() <= {trapper.role}
    trapper.assert_empty_handed()
