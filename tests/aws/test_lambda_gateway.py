"""The gateway as a Lambda function answers what the gateway answers."""

from __future__ import annotations

import contextlib
import json
from multiprocessing import heap

import httpx
import psycopg
import pytest

from c360.aws import gateway as under_test
from c360.aws.gateway import LambdaGateway
from c360.domain.errors import UsageError
from c360.settings import Settings
from gateway.conftest import running_gateway
from support.aws_events import ThroughLambda, http_answer, http_api_event
from support.events import event_count, page
from support.gateway_cases import Case, Recorder, Told, cases_of, key_maker
from support.lambda_runtime import running_function
from support.session import Session

BASE = "http://gateway.example:8360"
MODULES = (
    "ingest_over_http",
    "consent_over_http",
    "chats",
    "firehose",
    "foreign_clients",
    "outcomes_over_http",
    "operating",
)
CASES = [
    case
    for module in MODULES
    for case in cases_of(module)
    # One asks no gateway, and figures are of one process. API Gateway says by which scheme it was asked, and its name
    # is never an address.
    if not any(word in case.name for word in ("in_one_call", "metrics", "figures", "X-Forwarded-Pro-('http'", "[::1]"))
]
QUICK = (
    "a_body_that_cannot_be_taken_is_refused_clearly",
    "a_delivery_that_is_repeated_makes_no_doubles",
    "without_a_proper_key_nothing_is_taken",
    "a_page_may_read_the_answer_only_when_its_key_allows_the_origin",
    "unknown_paths_and_methods_are_404_and_405",
)


def _played(case: Case, database, transport: httpx.BaseTransport) -> list[Told]:
    """The answers to a case over one way."""
    recorder = Recorder(transport)
    with contextlib.ExitStack() as opened:

        def connect(*, autocommit: bool = False) -> Session:
            connection = opened.enter_context(psycopg.connect(database.dsn, autocommit=autocommit))
            return Session(connection)

        hands = {
            "http": opened.enter_context(httpx.Client(base_url=BASE, transport=recorder)),
            "make_key": key_maker(connect(autocommit=True)),
            "connect": connect,
            **case.values,
        }
        names = case.function.__code__.co_varnames[: case.function.__code__.co_argcount]
        case.function(**{name: hands[name] for name in names})
    return recorder.told


class _To(httpx.HTTPTransport):
    """Sends to a gateway what is addressed to another name."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme=self._url.scheme, host=self._url.host, port=self._url.port)
        return super().handle_request(request)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[] if case.name.startswith(QUICK) else pytest.mark.engines)
        for case in CASES
    ],
)
def test_the_function_answers_as_the_gateway_does(clone, case):
    with clone() as database, running_gateway(database.dsn_as("c360_gateway")) as gateway:
        expected = _played(case, database, _To(gateway.url))
    with clone() as database:
        function = LambdaGateway(Settings(dsn=database.dsn_as("c360_gateway")))
        with contextlib.closing(function):
            told = _played(case, database, ThroughLambda(function))

    assert expected
    assert told == expected


def test_awss_own_runtime_runs_the_handler(database, make_key, connect):
    key = make_key()
    requests = [
        httpx.Request("POST", f"{BASE}/v1/batch", headers=_bearer(key), json={"batch": [page("m1"), page("m2")]}),
        httpx.Request("POST", f"{BASE}/v1/page", headers=_bearer("wrong"), json=page("m3")),
        httpx.Request("GET", f"{BASE}/sdk/c360.js", headers={"Accept-Encoding": "gzip"}),
    ]

    with running_function(
        "c360.aws.gateway.handler", {"C360_DSN": database.dsn_as("c360_gateway"), "C360_LOG_LEVEL": "ERROR"}
    ) as function:
        answers = [http_answer(function.invoke(http_api_event(one, one.read())), one) for one in requests]

    assert [answer.status_code for answer in answers] == [200, 401, 200]
    assert answers[0].json() == {"success": True, "accepted": 2, "duplicates": 0, "rejected": []}
    assert b"c360" in answers[2].content
    assert event_count(connect()) == 2


def test_a_function_that_was_frozen_makes_its_connection_anew(database, make_key, connect):
    now = [1000.0]
    key = make_key()
    watcher = connect(autocommit=True)

    with contextlib.closing(LambdaGateway(_settings(database), clock=lambda: now[0])) as function:
        backends = []
        for number, seconds in enumerate((0, 1, 3600)):
            now[0] += seconds
            assert _sent(function, key, f"m{number}").status_code == 200
            backends.append(watcher.column(_BACKENDS)[-1])

    assert backends[0] == backends[1] != backends[2]
    assert event_count(connect()) == 3


def test_a_connection_the_server_has_closed_meanwhile_harms_only_one_request(database, function, make_key, connect):
    key = make_key()
    assert _sent(function, key, "m1").status_code == 200
    connect(autocommit=True).rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename = 'c360_gateway'"
    )

    answers = [_sent(function, key, "m2") for _ in range(2)]

    assert {answer.status_code for answer in answers} <= {200, 503}
    assert answers[-1].status_code == 200
    assert event_count(connect()) == 2


def test_without_its_database_a_function_says_503_and_is_there_for_the_next_request(make_key, database, tmp_path):
    dsn = f"postgresql://c360_gateway@/{database.name}?host={tmp_path}"
    with contextlib.closing(LambdaGateway(Settings(dsn=dsn))) as function:
        answers = [_sent(function, make_key(), "m1"), _asked(function, "GET", "/livez")]

    assert [(answer.status_code, answer.json().get("code")) for answer in answers] == [(503, "U1503"), (200, None)]


def test_an_answer_longer_than_lambda_gives_is_refused_by_name(function, monkeypatch):
    monkeypatch.setattr(under_test, "_MOST_BYTES", 100)

    answer = _asked(function, "GET", "/metrics")

    assert (answer.status_code, answer.json()["code"]) == (413, "U1016")


def test_a_head_has_no_body_and_an_empty_answer_no_type(function):
    head = _asked(function, "HEAD", "/livez")
    empty = _asked(function, "OPTIONS", "/v1/track")

    assert (head.status_code, head.content) == (200, b"")
    assert (empty.status_code, "content-type" in empty.headers) == (204, False)


def test_a_function_needs_no_memory_of_the_system_to_share(function, monkeypatch, make_key):
    monkeypatch.setattr(heap.Arena, "_dir_candidates", ["/nowhere"])
    monkeypatch.setattr(heap.BufferWrapper, "_heap", heap.Heap())

    assert _sent(function, make_key(), "m1").status_code == 200


def test_a_function_without_an_address_is_refused(monkeypatch):
    for name in ("DATABASE_URL", "C360_DSN", "PGHOST", "PGDATABASE", "PGSERVICE", "PGPORT", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(UsageError):
        LambdaGateway(Settings(dsn=None))


_BACKENDS = """
    SELECT pid
    FROM pg_stat_activity
    WHERE datname = current_database()
      AND usename = 'c360_gateway'
    ORDER BY backend_start
"""


def _settings(database) -> Settings:
    return Settings(dsn=database.dsn_as("c360_gateway"))


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _asked(function: LambdaGateway, method: str, path: str, **options) -> httpx.Response:
    request = httpx.Request(method, f"{BASE}{path}", **options)
    return http_answer(json.loads(json.dumps(function(http_api_event(request, request.read()), None))), request)


def _sent(function: LambdaGateway, key: str, message: str) -> httpx.Response:
    return _asked(function, "POST", "/v1/page", headers=_bearer(key), json=page(message))
