"""Attack: straight in, as every role, with plain statements and with every function the role may execute."""


def test_every_plain_way_in_is_refused(burglar):
    burglar.db.value(f"SELECT {burglar.den}.steal()")

    assert burglar.ran_as() == {burglar.role}
    burglar.assert_empty_handed()


def test_every_function_the_role_may_execute_leaves_the_other_tenant_alone(burglar):
    burglar.build("CREATE TABLE IF NOT EXISTS {den}.bait (user_id text)")
    calls = burglar.functions()

    for call in calls:
        burglar.attempt(call)

    assert len(calls) > {"gateway": 2, "authenticator": -1, "relay": -1}.get(burglar.right, 20)
    burglar.assert_empty_handed()


STATEMENTS = [
    "SET ROLE c360_owner",
    "SET ROLE c360_{theirs}_reader",
    "SET ROLE c360_{theirs}_admin",
    "SET ROLE c360_worker",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION c360_owner",
    "SET SESSION AUTHORIZATION c360_{theirs}_admin",
    "CREATE TEMPORARY TABLE planted ()",
    "CREATE FUNCTION pg_temp.planted() RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
    "CREATE SCHEMA tenant_planted",
    "CREATE TABLE tenant_{mine}.planted ()",
    "CREATE FUNCTION tenant_{mine}.planted() RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
    "CREATE TABLE c360.planted ()",
    "CREATE OPERATOR c360_v1.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
    "CREATE CAST (text AS integer) WITH INOUT",
    "CREATE TRIGGER planted AFTER INSERT ON tenant_{mine}.cdp_raw_profiles FOR EACH ROW EXECUTE FUNCTION {den}.x()",
    "CREATE RULE planted AS ON INSERT TO tenant_{mine}.cdp_raw_profiles DO ALSO SELECT {den}.steal()",
    "CREATE EVENT TRIGGER planted ON ddl_command_end EXECUTE FUNCTION {den}.x()",
    "CREATE EXTENSION postgres_fdw",
    "CREATE EXTENSION dblink",
    "CREATE SERVER planted FOREIGN DATA WRAPPER postgres_fdw",
    "CREATE SUBSCRIPTION planted CONNECTION 'dbname=x' PUBLICATION y",
    "CREATE PUBLICATION planted FOR ALL TABLES",
    "ALTER DEFAULT PRIVILEGES FOR ROLE c360_owner GRANT ALL ON TABLES TO PUBLIC",
    "ALTER SYSTEM SET session_preload_libraries = 'x'",
    "ALTER DATABASE {database} SET search_path = {den}",
    "ALTER ROLE c360_owner SET search_path = {den}",
    "COPY tenant_{theirs}.cdp_master_profiles TO STDOUT",
    "LOCK TABLE tenant_{theirs}.cdp_master_profiles IN ACCESS SHARE MODE",
    "TRUNCATE tenant_{mine}.cdp_raw_profiles",
    "SECURITY LABEL ON SCHEMA c360 IS 'x'",
    "COMMENT ON SCHEMA tenant_{theirs} IS 'x'",
    "REASSIGN OWNED BY c360_owner TO {me}",
    "DROP SCHEMA tenant_{theirs} CASCADE",
]


def test_no_role_may_become_another_or_put_objects_where_others_meet_them(burglar):
    names = {"theirs": burglar.theirs, "mine": burglar.mine, "den": burglar.den, "me": burglar.role}
    names["database"] = burglar.db.connection.info.dbname

    accepted = [text for text in STATEMENTS if burglar.attempt(text.format(**names)) is None]

    assert accepted == []
    burglar.assert_empty_handed()
