"""`c360 doctor --security`."""

import json


def test_a_clean_database_ends_with_0_and_an_open_door_with_1(c360, database, connect, wait_until):
    def found():
        return c360("doctor", "--security", DATABASE_URL=database.dsn)

    # Roles belong to the whole server: those of other tests that play burglars are named until they are gone.
    clean = wait_until(lambda: (told := found()).stdout == "Nothing is wrong.\n" and told)
    session = connect()
    session.execute("SET ROLE c360_owner")
    session.execute("GRANT EXECUTE ON FUNCTION c360.profile TO PUBLIC")
    session.commit()
    open_door = c360("doctor", "--security", "--json", DATABASE_URL=database.dsn)

    assert clean.returncode == 0
    assert open_door.returncode == 1
    (finding,) = json.loads(open_door.stdout)
    assert finding["finding"].startswith("PUBLIC may execute c360.profile")
    assert finding["remedy"].startswith("REVOKE ALL ON ROUTINE c360.profile")
