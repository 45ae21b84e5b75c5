"""Attack: forged settings. The claims of a request, the role, the path, the flags c360 sets for itself."""

import json

import pytest

SETTINGS = [
    ("request.jwt.claims", '{"role": "c360_owner", "tenant": "THEIRS", "source": "web", "kind": "secret"}'),
    ("request.jwt.claims", '{"role": "THEIRS_ADMIN", "tenant": "THEIRS", "kind": "secret"}'),
    ("request.jwt.claim.tenant", "THEIRS"),
    ("request.headers", '{"authorization": "Bearer x"}'),
    ("c360.internal_write", "on"),
    ("c360.tenant", "THEIRS"),
    ("search_path", "tenant_THEIRS, pg_catalog"),
    ("application_name", "c360 worker"),
    ("session_replication_role", "replica"),
    ("row_security", "off"),
]


def test_no_setting_gives_a_right(burglar):
    for name, value in SETTINGS:
        forged = value.replace("THEIRS_ADMIN", f"c360_{burglar.theirs}_admin").replace("THEIRS", burglar.theirs)
        burglar.attempt("SELECT set_config(%s, %s, false)", name, forged)

        burglar.db.value(f"SELECT {burglar.den}.steal()")
        burglar.attempt(f"SELECT c360.profile('{burglar.theirs}', 'user_id', 'x')")
        burglar.attempt("SELECT c360_v1.profile('user_id', 'x')")

    burglar.assert_empty_handed()


@pytest.mark.parametrize("function", ["identify", "track", "page", "batch", "profile"])
def test_forged_claims_reach_no_other_tenant(burglar, function):
    claims = {"role": f"c360_{burglar.theirs}_admin", "tenant": burglar.theirs, "source": "web", "kind": "secret"}
    burglar.db.execute("SELECT set_config('request.jwt.claims', %s, false)", json.dumps(claims))
    arguments = "'user_id', 'x'" if function == "profile" else """'{"userId": "u1", "event": "x"}'"""

    assert burglar.attempt(f"SELECT c360_v1.{function}({arguments})") in {"42501", "U4403"}
    burglar.assert_empty_handed()
