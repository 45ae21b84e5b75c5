"""Two tenants, and a login of the cluster that has no right at all."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.server import TestServer
from support.session import Session

_numbers = itertools.count(1)


@pytest.fixture
def session(connect: Callable[..., Session], globex: str) -> Session:
    """A session whose every statement is committed at once; acme and globex are there."""
    return connect(autocommit=True)


@pytest.fixture
def make_login(server: TestServer, database: Any) -> Iterator[Callable[..., str]]:
    """make_login("c360_acme_admin"): a login of its own that is member of the roles named."""
    made: list[str] = []
    with server.admin() as admin:

        def make(*roles: str) -> str:
            login = f"login_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}_{next(_numbers)}"
            admin.execute(f"CREATE ROLE {login} LOGIN")
            made.append(login)
            for role in roles:
                admin.execute(f"GRANT {role} TO {login}")
            return login

        yield make
        for login in made:
            admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", [login])
            admin.execute(f"DROP ROLE {login}")
