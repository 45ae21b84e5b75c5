"""Attack: functions, operators, types, casts and tables of one's own stand first in the search path of every call."""

SHADOWS = """
    CREATE TABLE IF NOT EXISTS {den}.bait (user_id text);
    CREATE FUNCTION {den}.lower(text) RETURNS text LANGUAGE sql AS 'SELECT {den}.steal()';
    CREATE FUNCTION {den}.format(text, VARIADIC "any") RETURNS text LANGUAGE internal AS 'text_format';
    CREATE FUNCTION {den}.coalesce_text(text, text) RETURNS text LANGUAGE sql AS 'SELECT {den}.steal()';
    CREATE FUNCTION {den}.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp() FROM {den}.steal()';
    CREATE FUNCTION {den}.equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT {den}.steal() IS NULL';
    CREATE FUNCTION {den}.equal(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT {den}.steal() IS NULL';
    CREATE FUNCTION {den}.equal(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT {den}.steal() IS NULL';
    CREATE FUNCTION {den}.joined(text, text) RETURNS text LANGUAGE sql AS 'SELECT {den}.steal()';
    CREATE FUNCTION {den}.member(jsonb, text) RETURNS text LANGUAGE sql AS 'SELECT {den}.steal()';
    CREATE OPERATOR {den}.= (LEFTARG = text, RIGHTARG = text, FUNCTION = {den}.equal);
    CREATE OPERATOR {den}.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = {den}.equal);
    CREATE OPERATOR {den}.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = {den}.equal);
    CREATE OPERATOR {den}.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = {den}.joined);
    CREATE OPERATOR {den}.->> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = {den}.member);
    CREATE TABLE {den}.cdp_raw_profiles (raw_profile_id bigint);
    CREATE VIEW {den}.cdp_master_profiles AS SELECT {den}.steal() AS full_name;
    CREATE VIEW {den}.tenants AS SELECT {den}.steal() AS tenant;
"""


def test_nothing_that_stands_first_in_the_callers_path_runs_with_borrowed_rights(burglar):
    shadows = [line for line in SHADOWS.splitlines() if "'text_format'" not in line]  # only a superuser makes that one
    for line in shadows:
        if line.strip():
            burglar.attempt(line.replace("{den}", burglar.den))
    burglar.db.execute(f"SET search_path = {burglar.den}, pg_catalog")

    for call in burglar.functions():
        burglar.attempt(call)

    assert burglar.ran_as() <= {burglar.role}
    burglar.assert_empty_handed()


def test_the_shadows_are_real(burglar):
    for line in SHADOWS.splitlines():
        if line.strip() and "'text_format'" not in line:
            burglar.attempt(line.replace("{den}", burglar.den))
    burglar.db.execute(f"SET search_path = {burglar.den}, pg_catalog")

    burglar.db.value("SELECT 'a'::text = 'b'::text")

    assert burglar.ran_as() == {burglar.role}
    burglar.db.execute("RESET search_path")
