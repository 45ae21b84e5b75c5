"""Whatever is asked: an answer or a refusal by name, never anything that fails."""

from __future__ import annotations

import json

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.domain.errors import QueryRefused
from c360.domain.query import parse_query
from c360.gateway.reads import _OF_THE_QUERY, _WRONG_VALUES
from reads.conftest import fill
from support.session import Session

SIGNS = st.text(alphabet="ab.,():\"'\\*%-> \n\t=ñ$1;", max_size=30)
NAMES = st.sampled_from(
    ["user_id", "city", "total_orders", "created_at", "source_systems", "event_summary", "nothing", ""]
)
VALUES = st.one_of(SIGNS, st.sampled_from(["1", "null", "2020-01-01", "{web}", "{}", "%", "infinity", "NaN"]))
CONDITIONS = st.builds(
    "{}{}.{}".format,
    st.sampled_from(["", "not.", "not.not."]),
    st.sampled_from(["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is", "fts", "x", ""]),
    st.one_of(VALUES, st.builds("({})".format, VALUES)),
)
PARAMETERS = st.lists(
    st.one_of(
        st.tuples(NAMES, CONDITIONS),
        st.tuples(st.sampled_from(["select", "order", "limit", "offset", "and"]), st.one_of(SIGNS, NAMES)),
        st.tuples(SIGNS, SIGNS),
    ),
    max_size=4,
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), VALUES),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "select": st.lists(st.fixed_dictionaries({}, optional={"column": NAMES, "as": SIGNS}), max_size=3),
        "where": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "column": NAMES,
                    "operator": st.sampled_from(["eq", "gt", "in", "is", "like", "ilike", "="]),
                    "value": JSON,
                    "negated": JSON,
                },
            ),
            max_size=3,
        ),
        "order": st.lists(
            st.fixed_dictionaries({}, optional={"column": NAMES, "descending": JSON, "nulls": JSON}), max_size=2
        ),
        "limit": JSON,
        "offset": JSON,
        "count": JSON,
        "format": st.sampled_from(["json", "csv", "ndjson", "object", "x"]),
        "search": SIGNS,
        "after": JSON,
    },
)


@given(PARAMETERS)
def test_a_query_string_is_read_or_refused(parameters):
    code = None
    try:
        json.dumps(parse_query(parameters, arguments=["p_search"]))
    except QueryRefused as error:
        code = error.code

    assert code in {None, "PGRST100", "PGRST103", "U1013"}


@pytest.fixture(scope="module")
def filled(module_database):
    with psycopg.connect(module_database.dsn) as connection:
        session = Session(connection)
        fill(session)
        yield session


def _ask(session, query):
    state = "U4426"
    try:
        with session.connection.transaction(force_rollback=True):
            session.call_rows("tenant_acme.list_profiles", None, query)
    except psycopg.Error as error:
        state = error.sqlstate or "?"

    assert state in {*_OF_THE_QUERY, "U4426"} or state[:2] in _WRONG_VALUES


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=DOCUMENTS)
def test_a_document_is_answered_or_refused(filled, query):
    _ask(filled, query)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parameters=PARAMETERS)
def test_what_was_read_is_answered_or_refused(filled, parameters):
    try:
        query = parse_query(parameters)
    except QueryRefused:
        return
    _ask(filled, query)
