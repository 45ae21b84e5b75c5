"""Who may read and refresh scores; the view shows what the function answers."""

import psycopg
import pytest

from c360.governance import create_tenant
from support.shop import Shop


@pytest.fixture
def shop(db):
    shop = Shop(db)
    shop.order(shop.customer(), "2026-05-30 09:00Z", revenue=10)
    return shop


def act_as(session, role):
    """Become a member of the role; the owner of c360 may grant it, as it would to a person."""
    session.execute("SET LOCAL ROLE c360_owner")
    session.execute(f"GRANT {role} TO dba")
    session.execute(f"SET LOCAL ROLE {role}")


def sqlstate_of(session, query):
    with pytest.raises(psycopg.Error) as refused:
        session.execute(query)
    return refused.value.sqlstate


def test_the_view_shows_what_the_function_answers(shop):
    function = shop.session.records(
        "SELECT segment, monetary, recency_days, future_orders FROM c360.rfm('acme', now()) ORDER BY 1"
    )

    view = shop.session.records(
        "SELECT segment, monetary, recency_days, future_orders FROM tenant_acme.cdp_rfm ORDER BY 1"
    )

    assert view == function
    assert len(view) == 1


def test_a_reader_of_the_tenant_reads_scores(shop):
    act_as(shop.session, "c360_acme_reader")

    assert shop.session.value("SELECT count(*) FROM tenant_acme.cdp_rfm") == 1
    assert shop.session.value("SELECT sum(customers) FROM tenant_acme.rfm_summary()") == 1


def test_a_reader_may_not_refresh(shop):
    act_as(shop.session, "c360_acme_reader")

    assert sqlstate_of(shop.session, "SELECT tenant_acme.refresh_scores()") == "42501"


def test_the_worker_refreshes(shop):
    act_as(shop.session, "c360_worker")

    assert shop.session.call("c360.refresh_scores", "acme")["profiles"] == 1


@pytest.mark.parametrize(
    "function", ["tenant_acme.rfm()", "tenant_acme.rfm_summary()", "c360.rfm('acme')", "c360.rfm_summary('acme')"]
)
def test_a_reader_of_another_tenant_reads_nothing(shop, function):
    create_tenant(shop.session.connection, "beta")
    act_as(shop.session, "c360_beta_reader")

    assert sqlstate_of(shop.session, f"SELECT * FROM {function}") == "42501"


def test_an_admin_of_another_tenant_refreshes_nothing(shop):
    create_tenant(shop.session.connection, "beta")
    act_as(shop.session, "c360_beta_admin")

    assert sqlstate_of(shop.session, "SELECT tenant_acme.refresh_scores()") == "42501"
