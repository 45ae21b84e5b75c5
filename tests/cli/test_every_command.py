"""Every command is walked with what people get wrong: the answer is our code, a hint and the exit code.

support/every_command.py says how each is called. Commands run in this process, one after another on a real server, and
each test names all that go wrong.
"""

from __future__ import annotations

import functools
import io
import json
import os
import re
import shlex
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import typer

from c360.governance import dump_tenant
from c360_cli import main
from support.command_line import clean_environment
from support.events import identify, ingest, page, track
from support.every_command import ENTRIES, Entry
from support.observations import resolve
from support.ports import free_port
from support.session import Session

CODE = re.compile(r"^(U[0-9]{4}|42501): .+", re.MULTILINE)
BAD_NAMES = ("Acme-1", "x;drop", "")
NO_TENANT = {"U4404", "U4410", "U4403", "U4450"}
FILES = {
    "tenant_file": "tenant: acme\n",
    "customers": "user_id,email,city\nkim,kim@shop.vn,Hue\n",
    "events": '{"type": "track", "event": "Cart Viewed", "userId": "an", "messageId": "f1"}\n',
    "schema": "events:\n  Cart Viewed:\n    mode: warn\n    schema: {type: object}\n",
    "rates": "currency,day,rate\nGBP,2026-06-01,1.3\n",
    "rule": "title: Cart\nwhen: {event: Cart Viewed}\nchannel: email\npurpose: marketing\nneeds: [email]\n",
}
# What options and arguments that are texts may not be; the others are tried with NONSENSE.
NONSENSE = "no such'; \u00e9\u0301"
WRONG = {
    "--country": "XX",
    "--currency": "DONG",
    "--time-zone": "Nowhere/Else",
    "--topic": "nope",
    "--type": "nonsense",
    "--where": "no such (",
    "--as": "no such (",
}


# Codes with which a usage error of its own ends.
USAGE_CODES = {"U4440", "U5450", "U5451", "U1114"}
# Print nothing where there is nothing.
SILENT = {"events tail", "topic tail", "topic read"}
# Say something about the call before they ask for the tenant.
NOT_ASKED_YET = {"webhook rotate": {"U5404"}}
# What makes a tenant that is registered one that is synced, or needs no more than that.
WORK_ON_UNSYNCED = {"tenant plan", "tenant sync", "tenant dump"} | {
    f"{group} {verb}" for group in ("trait", "segment") for verb in ("create", "set", "preview", "refresh", "remove")
}


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    def faults(self, *, codes: set[str] | None = None, exits: tuple[int, ...] = (1, 2)) -> list[str]:
        """What is wrong with a refusal."""
        said = CODE.search(self.stderr)
        found = [] if self.code in exits else [f"ended with {self.code}"]
        if "Traceback" in self.stderr + self.stdout:
            found.append("shows a traceback")
        if self.code in (1, 2) and said is None:
            found.append("has no code of ours")
        if said and "\n  hint: " not in self.stderr:
            found.append("has no hint")
        if said and codes and said[1] not in codes:
            found.append(f"is {said[1]}")
        if said and self.code != (2 if said[1] == "U9100" else 1) and said[1] not in USAGE_CODES:
            found.append(f"{said[1]} ends with {self.code}")
        return [f"{', '.join(found)}: {self.stderr.strip()[-300:]}"] if found else []


@functools.cache
def reader_of(group: str) -> Any:
    """What reads the arguments of a group; to make it is most of what a command costs."""
    return typer.main.get_command(main.application([group]))


@functools.cache
def commands() -> dict[str, Any]:
    """Every leaf of the command line, by its name without c360."""

    def leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
        if not hasattr(command, "commands"):
            yield path, command
            return
        for name, inner in command.commands.items():
            yield from leaves(f"{path} {name}".strip(), inner)

    return dict(leaves("", typer.main.get_command(main.application([]))))


def has(name: str, option: str) -> bool:
    return any(option in parameter.opts for parameter in commands()[name].params)


WALKED = {name: entry for name, entry in ENTRIES.items() if not entry.runs}
CONNECTING = {name: entry for name, entry in WALKED.items() if entry.needs_database}


@pytest.fixture(scope="module")
def roles(server):
    """Logins: nobody has no rights, reader is one of acme."""
    suffix = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    names = {kind: f"walk_{kind}_{suffix}" for kind in ("nobody", "reader")}
    with server.admin() as admin:
        for kind, name in names.items():
            admin.execute(f"CREATE ROLE {name} LOGIN" + (" IN ROLE c360_acme_reader" if kind == "reader" else ""))
        yield names
        for name in names.values():
            admin.execute(f"DROP ROLE {name}")


@pytest.fixture(scope="module")
def words(module_database, tmp_path_factory):
    """A tenant with people, a rejected event and messages; one that was never synced; files. What entries name."""
    folder = tmp_path_factory.mktemp("walk")
    with psycopg.connect(module_database.dsn) as connection:
        session = Session(connection)
        session.call("c360.set_consent_purpose", "acme", "marketing")
        people = [identify(name, email=f"{name}@shop.vn", city="Hue", lastName="Nguyen") for name in ("an", "binh")]
        ingest(session, *people, track("Cart Viewed", userId="an"), page("p1", userId="an"), {"type": "track"})
        resolve(session)
        session.call("c360.register_tenant", "unsynced")
        named: dict[str, Any] = {
            "rejected": session.value("SELECT min(rejected_event_id) FROM tenant_acme.cdp_rejected_events"),
            "first": session.value("SELECT min(raw_profile_id) FROM tenant_acme.cdp_raw_profiles"),
            "second": session.value("SELECT max(raw_profile_id) FROM tenant_acme.cdp_raw_profiles"),
        }
    for name, text in FILES.items():
        suffix = {"events": "jsonl", "customers": "csv", "rates": "csv"}.get(name, "yaml")
        named[name] = folder / f"{name}.{suffix}"
        named[name].write_text(text, encoding="utf-8")
    with psycopg.connect(module_database.dsn, autocommit=True) as connection:
        dump_tenant(connection, "acme", folder / "acme.dump", lambda *_: None)
    return {**named, "closed": free_port(), "dump": folder / "acme.dump"}


@pytest.fixture
def call(monkeypatch, capfd, tmp_path, words, module_database):
    """call("tenant list", "--json") runs a command here and answers how it ended."""
    monkeypatch.setattr(main, "command_for", lambda arguments: reader_of(arguments[0]))
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    monkeypatch.setenv("C360_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(command: str, *arguments: Any, dsn: str = module_database.dsn) -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        capfd.readouterr()
        where = ["--dsn", dsn] if has(command, "--dsn") else []
        try:
            code = main.ended([*command.split(), *map(str, arguments), *where])
        except Exception:  # what a person would see as a traceback
            traceback.print_exc()
            code = 1
        said = capfd.readouterr()
        return Outcome(code, said.out, said.err)

    return run


@pytest.fixture
def arguments(words, tmp_path):
    """arguments(entry): how a command is called when nothing is wrong."""

    def made(entry: Entry) -> list[str]:
        return shlex.split(entry.arguments.format(**words, fresh=tmp_path / "fresh.dump"))

    return made


def none_of(faults: dict[str, list[str]]) -> None:
    """Fails with all of them."""
    if lines := [f"{name}: {fault}" for name, found in faults.items() for fault in found]:
        pytest.fail("\n".join(lines), pytrace=False)


def test_every_command_has_an_entry():
    assert set(ENTRIES) == set(commands())


def test_what_is_asked_rightly_is_answered_and_json_is_all_that_programs_get(call, arguments):
    """In the order of the entries: some need what those before have made."""
    faults: dict[str, list[str]] = {}
    for name, entry in WALKED.items():
        given = arguments(entry)
        as_json = ["--json"] if has(name, "--json") else []
        outcome = call(name, *given, *as_json)
        found = outcome.faults(exits=entry.exits) if outcome.code not in entry.exits else []
        if as_json:
            try:
                [json.loads(line) for line in outcome.stdout.splitlines()]
            except ValueError:
                found.append(f"prints what is no JSON: {outcome.stdout[:200]}")
            if outcome.code == 0 and not outcome.stdout and name not in SILENT:
                found.append("answers nothing")
        faults[name] = found
    none_of(faults)


def test_a_tenant_that_there_is_not_or_that_was_never_synced(call, arguments):
    faults: dict[str, list[str]] = {}
    for name, entry in CONNECTING.items():
        given = arguments(entry)
        if "acme" not in given:
            continue
        for tenant in ("nowhere", BAD_NAMES[len(name) % len(BAD_NAMES)], "unsynced"):
            if tenant == "unsynced" and name in WORK_ON_UNSYNCED:
                continue
            outcome = call(name, *[tenant if one == "acme" else one for one in given])
            faults[f"{name} {tenant!r}"] = outcome.faults(codes=NO_TENANT | NOT_ASKED_YET.get(name, set()))
    none_of(faults)


def test_a_database_that_does_not_answer(call, arguments, words):
    closed = f"postgresql://127.0.0.1:{words['closed']}/x"
    outcomes = {name: call(name, *arguments(entry), dsn=closed) for name, entry in CONNECTING.items()}

    none_of({name: outcome.faults(codes={"U9102"}) for name, outcome in outcomes.items()})
    assert {name: one.stdout for name, one in outcomes.items() if one.stdout} == {}


def test_a_database_without_c360(call, arguments, empty_database):
    outcomes = {
        name: call(name, *arguments(entry), dsn=empty_database.dsn)
        for name, entry in CONNECTING.items()
        if not entry.works_uninstalled
    }

    none_of({name: one.faults(codes={"U9101"}) for name, one in outcomes.items()})


def test_a_role_without_the_right(call, arguments, roles, module_database):
    faults: dict[str, list[str]] = {}
    for name, entry in CONNECTING.items():
        for kind, role in roles.items():
            if entry.right is None or (entry.right == "reader" and kind == "reader"):
                continue
            outcome = call(name, *arguments(entry), dsn=module_database.dsn_as(role))
            faults[f"{name} as {kind}"] = outcome.faults(
                codes={"42501", "U4403", "U9004", *NOT_ASKED_YET.get(name, set())}
            )
            if "42501" in outcome.stderr and entry.right in ("writer", "admin") and kind == "reader":
                role_needed = f"c360_acme_{entry.right}"
                if role_needed not in outcome.stderr:
                    faults[f"{name} as {kind}"] += [f"does not name {role_needed}: {outcome.stderr}"]
    none_of(faults)


def test_options_and_arguments_that_cannot_be_right(call, arguments):
    """What has a type or a grammar is wrong usage; any other text is taken, or refused in our words."""
    faults: dict[str, list[str]] = {}
    for name, entry in ENTRIES.items():
        given = arguments(entry)
        for parameter in commands()[name].params:
            for wrong, is_strict in _wrong_values(parameter):
                if parameter.opts[0] in SETTINGS or parameter.metavar in entry.not_wrong:
                    continue
                if entry.runs and not is_strict:
                    continue
                outcome = call(name, *_with(given, commands()[name], parameter, wrong))
                found = outcome.faults(exits=(1, 2) if is_strict else (0, 1, 2))
                if is_strict and outcome.code != 2:
                    found.append(f"ended with {outcome.code}")
                faults[f"{name} {parameter.opts[0]} {wrong!r}"] = found
    none_of(faults)


@pytest.mark.parametrize(
    ("command", "given", "code"),
    [
        ("tenant create", "shop --country XX", "U4410"),
        ("tenant create", "shop --currency DON", "U4410"),
        ("tenant create", "shop --time-zone Nowhere/Else", "U4410"),
        ("tenant create", "Acme-1", "U4410"),
        ("tenant create", "'x;drop'", "U4410"),
        ("tenant create", "acme", "U4409"),
        ("tenant restore", "{dump} --as Acme-1", "U4410"),
        ("webhook add", "acme http://127.0.0.1:1/h --allow-private --topic nope", "U5405"),
        ("webhook add", "acme http://127.0.0.1:1/h --allow-private --type nonsense", "U5420"),
        ("topic tail", "acme nope", "U5405"),
        ("profile show", "acme nope=1", "U2405"),
        ("profile show", "acme 01a2b3c4-0000-7000-8000-000000000001", "U2404"),
        ("profile list", "acme --where nope=eq.1", "U9100"),
        ("profile list", "acme --where last_seen_at=gt.nonsense", "U9100"),
        ("score fit", "acme --model nope", "U3430"),
        ("score refresh", "acme --as-of nonsense", "U9100"),
        ("activation preview", "acme cart --within nonsense", "U9100"),
        ("retention set", "acme events=soon", "U9100"),
        ("report show overview", "acme --since nonsense", "U9100"),
        ("rates set", "acme EUR=much", "U3151"),
        ("tenant sync", "''", "U4404"),
    ],
)
def test_what_there_is_not_has_its_code(call, words, command, given, code):
    outcome = call(command, *shlex.split(given.format(**words)))

    assert outcome.faults(codes={code}) == []
    assert outcome.stdout == ""


SETTINGS = {"--dsn", "--data-dir", "--help"}


def _wrong_values(parameter: Any) -> Iterator[tuple[str, bool]]:
    """Values, and whether they are of no use before anybody is asked."""
    kind = parameter.type_descriptor
    if parameter.param_type_name == "option" and parameter.is_flag:
        return
    if parameter.metavar in ("TIME", "DAY", "SPAN"):
        yield NONSENSE, True
        yield "99999999999999999999d", True
    elif parameter.metavar == "FOLDER":  # it is made where there is none
        yield "/dev/null/folder", True
    elif kind.is_path:
        yield "/no/such/folder/file.csv", True
        yield "/", True
    elif kind.annotation is not str and not str(kind.annotation).startswith(("list[str]", "typing")):
        yield NONSENSE, True
    elif parameter.metavar != "TENANT":
        yield WRONG.get(parameter.opts[0], NONSENSE), False


def _with(given: list[str], command: Any, parameter: Any, wrong: str) -> list[str]:
    """The arguments with another value for one of them."""
    if parameter.param_type_name == "option":
        return [*given, parameter.opts[0], wrong]
    place = [one.name for one in command.params if one.param_type_name == "argument"].index(parameter.name)
    changed = list(given)
    if place < len(changed) and not changed[place].startswith("-"):
        changed[place] = wrong
    else:
        changed.insert(place, wrong)
    return changed


def test_a_reader_who_is_gone_ends_every_command_that_prints_well(call, arguments, monkeypatch):
    faults: dict[str, list[str]] = {}
    for name, entry in WALKED.items():
        if entry.right not in ("reader", None):
            continue
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "w", encoding="utf-8") as gone, monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", gone)
            outcome = call(name, *arguments(entry))
        if outcome.code != 0 and not CODE.search(outcome.stderr):
            faults[name] = [f"ended with {outcome.code}: {outcome.stderr[-300:]}"]
    none_of(faults)


def test_ctrl_c_ends_every_command_that_waits(call, arguments, in_background):
    """The server takes connections and says nothing; with each one somebody presses Ctrl-C."""
    outcomes = {}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            dsn = f"postgresql://somebody@127.0.0.1:{silent.getsockname()[1]}/x?sslmode=disable"
            for name, entry in CONNECTING.items():
                pressed = in_background(_press_when_asked, silent, threading.get_ident())
                outcomes[name] = call(name, *arguments(entry), dsn=dsn)
                pressed.result().close()
    finally:
        signal.signal(signal.SIGINT, before)

    none_of(
        {
            name: [f"ended with {one.code}: {one.stdout}{one.stderr[-300:]}"]
            for name, one in outcomes.items()
            if one.code != 130 or one.stdout or "Traceback" in one.stderr
        }
    )


def _press_when_asked(silent: socket.socket, thread: int) -> socket.socket:
    connection, _ = silent.accept()
    connection.recv(1)  # the startup packet: from here on the command waits for the answer
    signal.pthread_kill(thread, signal.SIGINT)
    return connection


GONE = "DROP FUNCTION tenant_acme.list_segments()"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (GONE, "U4450"),
        (
            "INSERT INTO c360.releases VALUES ('99.0.0', repeat('a', 64)); DROP FUNCTION tenant_acme.list_segments()",
            "U9006",
        ),
        ("UPDATE c360.releases SET release = '0.0.1'; DROP FUNCTION tenant_acme.list_segments()", "U9007"),
    ],
)
def test_what_a_release_does_not_have_is_said_to_be_of_another(call, database, sql, code):
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("SET ROLE c360_owner")
        connection.execute(sql)

    assert call("segment list", "acme", dsn=database.dsn).faults(codes={code}) == []
