"""What importing a file of customers takes, beside a plain COPY of the same file, and whether stopping it does harm.

    make bench-import           python -m benchmarks.importing [--rows 1000000] [--resolve N] [--statements N]

Starts an embedded PostgreSQL in a temporary folder and writes a CSV of made-up customers with twelve columns and the
usual dirt. The file is copied as it is into a table of texts; then `c360 import` brings it into a tenant, as a process
of its own, whose memory is watched; then one session resolves what came. A second tenant gets the file once more, and
its import is stopped with Ctrl-C and with kill -9 in the middle, at moments that are drawn, and taken up again: both
tenants must hold the same. Prints a line for each figure; last one JSON object. --statements shows what took longest.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from benchmarks.resolve import watch_statements
from c360.embedded import EmbeddedPostgres
from c360.governance import create_tenant
from c360.governance.tenants import as_owner
from c360.installer.install import install
from c360.installer.sources import load
from c360.settings import Settings

_COLUMNS = [
    "Customer Number",
    "First Name",
    "Last Name",
    "Email",
    "Phone",
    "Birthday",
    "Gender",
    "Address",
    "City",
    "Country",
    "Newsletter",
    "Notes",
]
_FIRST = ["Lan", "Minh", "Hương", "Bảo", "Anna", "Jürgen", "Zoë", "  Linh ", "MAI", "Søren"]
_LAST = ["Nguyễn", "Trần", "Lê", "Müller", "O'Neill", "de la Cruz", "Phạm", "Weiß", "Đặng", "Smith"]
_CITIES = ["Huế", "Hà Nội", "Đà Nẵng", "Berlin", "  Paris", "", "New York, NY"]
_COUNTS = """
SELECT
    (SELECT count(*) FROM {0}.cdp_raw_profiles),
    (SELECT count(*) FROM {0}.cdp_import_records),
    (SELECT sum(hashtextextended(content_hash::text, 0)) FROM {0}.cdp_raw_profiles),
    (SELECT count(*) FROM {0}.cdp_resolution_queue),
    (SELECT count(*) FROM {0}.cdp_import_rejects)
"""
_LIMIT_MB = 300


def write_customers(path: Path, rows: int) -> None:
    """Customers, a tenth of whom are there twice under two numbers."""
    dice = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(_COLUMNS)
        for number in range(rows):
            person = number if dice.random() < 0.9 else dice.randrange(number + 1)
            mail = f"person{person}@mail.test" if dice.random() < 0.8 else dice.choice(["", "none", "a@"])
            phone = dice.choice(["09{:08}", "+84 9{:08}", "09 {:08}", "", "n/a"]).format(person % 100_000_000)
            out.writerow(
                [
                    f"K{number}",
                    _FIRST[person % len(_FIRST)],
                    _LAST[person // 7 % len(_LAST)],
                    mail.upper() if dice.random() < 0.1 else mail,
                    phone,
                    f"{1950 + person % 55}-{1 + person % 12:02}-{1 + person % 28:02}" if dice.random() < 0.7 else "",
                    dice.choice(["f", "M", "female", "", "?"]),
                    f"{person % 300} Main St, Apt {person % 40}",
                    dice.choice(_CITIES),
                    dice.choice(["VN", "Germany", "us", ""]),
                    dice.choice(["yes", "no", "1", ""]),
                    'said "call me"\nafter lunch' if person % 50 == 0 else "",
                ]
            )


def copied(connection: psycopg.Connection, path: Path) -> float:
    """Seconds of a plain COPY of the file into a table of texts."""
    columns = ", ".join(f"c{place} text" for place in range(len(_COLUMNS)))
    connection.execute(f"CREATE TABLE public.copied ({columns})")  # type: ignore[call-overload]
    started = time.perf_counter()
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY public.copied FROM STDIN (FORMAT csv, HEADER)") as copy,
        path.open("rb") as file,
    ):
        while block := file.read(1 << 18):
            copy.write(block)
    seconds = time.perf_counter() - started
    connection.execute("DROP TABLE public.copied")
    return seconds


def begin_import(dsn: str, tenant: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "c360_cli", "import", tenant, str(path), "--source", "shop"]
    command += ["--key", "Customer Number", "--map", "Notes=traits.notes", "--json", "--dsn", dsn]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def memory_of(running: subprocess.Popen[str]) -> float:
    """The most memory of a process until it ends, in MB."""
    most, process = 0, psutil.Process(running.pid)
    while running.poll() is None:
        try:
            most = max(most, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    return most / (1 << 20)


def resolved(connection: psycopg.Connection, tenant: str, wanted: int) -> tuple[int, float]:
    """Resolve so many rows, or all that wait; answers how many it were, and how many a second."""
    started, count = time.perf_counter(), 0
    batch = Settings.model_fields["worker_batch_size"].default
    while count < wanted:
        [answer] = connection.execute("SELECT c360.resolve_identities(%s, %s)", (tenant, batch)).fetchone() or [{}]
        count += answer["claimed"]
        if not answer["remaining"]:
            break
    return count, count / (time.perf_counter() - started)


def stopped_and_taken_up(
    connection: psycopg.Connection, dsn: str, tenant: str, path: Path, rows: int
) -> dict[str, float]:
    """Stop an import at two moments, with Ctrl-C and with kill -9, and let it end then."""
    dice = random.Random(os.urandom(8))
    for number, signals in enumerate((signal.SIGINT, signal.SIGKILL), start=1):
        wanted = rows * (number - 1 + dice.random() * 0.8) / 2.2
        running = begin_import(dsn, tenant, path)
        while running.poll() is None and done_rows(connection, tenant) < wanted:
            time.sleep(0.02)
        time.sleep(dice.random())
        running.send_signal(signals)
        _, said = running.communicate()
        print(f"stopped by {signals.name} after row {done_rows(connection, tenant):,}: {said.strip()[-100:]}")
        # What kill -9 left on the server ends when it notices.
        while connection.execute(
            "SELECT FROM pg_stat_activity WHERE application_name = 'c360 cli' AND datname = current_database()"
        ).fetchone():
            time.sleep(0.05)
    running = begin_import(dsn, tenant, path)
    answer, said = running.communicate()
    if running.returncode:
        raise RuntimeError(said)
    return {"resumed_after_row": json.loads(answer)["resumed_after"]}


def done_rows(connection: psycopg.Connection, tenant: str) -> int:
    query = f"SELECT coalesce(max(row_count), 0) FROM tenant_{tenant}.cdp_imports"
    row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return int(row[0])


def measure(dsn: str, folder: Path, rows: int, to_resolve: int, statements: int) -> dict[str, float]:
    path = folder / "customers.csv"
    write_customers(path, rows)
    megabytes = path.stat().st_size / 1e6
    with psycopg.connect(dsn, autocommit=True) as connection:
        for tenant in ("first", "second"):
            create_tenant(connection, tenant)
        if statements:
            with psycopg.connect(make_conninfo(dsn, user="postgres"), autocommit=True) as admin:
                admin.execute("CREATE EXTENSION pg_stat_statements SCHEMA public")
        copy_seconds = copied(connection, path)
        started = time.perf_counter()
        running = begin_import(dsn, "first", path)
        memory = memory_of(running)
        answer, said = running.communicate()
        seconds = time.perf_counter() - started
        if running.returncode:
            raise RuntimeError(said)
        summary = json.loads(answer)
        if statements:
            with psycopg.connect(make_conninfo(dsn, user="postgres"), autocommit=True) as admin:
                show_statements(admin, statements)
        with as_owner(connection):
            counts = connection.execute(_COUNTS.format("tenant_first")).fetchone()  # type: ignore[call-overload]
            taken_up = stopped_and_taken_up(connection, dsn, "second", path, rows)
            again = connection.execute(_COUNTS.format("tenant_second")).fetchone()  # type: ignore[call-overload]
        resolved_rows, resolve_rate = resolved(connection, "first", to_resolve)
        with as_owner(connection):
            [profiles] = connection.execute("SELECT count(*) FROM tenant_first.cdp_master_profiles").fetchone()
    return {
        "rows": rows,
        "file_mb": round(megabytes, 1),
        "new": summary["new"],
        "rejected": summary["rejected"],
        "copy_rows_per_s": round(rows / copy_seconds),
        "import_rows_per_s": round(rows / seconds),
        "import_vs_copy": round(copy_seconds / seconds, 4),
        "command_peak_mb": round(memory, 1),
        "memory_is_bounded": int(memory < _LIMIT_MB),
        **taken_up,
        "stopped_import_is_the_same": int(counts == again),
        "resolved": resolved_rows,
        "resolve_rows_per_s": round(resolve_rate),
        "profiles": profiles,
    }


def show_statements(connection: psycopg.Connection, count: int) -> None:
    rows = connection.execute(
        "SELECT round(total_exec_time)::bigint, round(total_plan_time)::bigint, calls,"
        " left(regexp_replace(query, '\\s+', ' ', 'g'), 110)"
        " FROM public.pg_stat_statements ORDER BY total_exec_time DESC LIMIT %s",
        (count,),
    )
    for total, planned, calls, query in rows:
        print(f"{total:>9,} ms {planned:>7,} ms planned {calls:>7,}x  {query}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--resolve", type=int, help="how many rows are resolved at least; default: all")
    parser.add_argument("--statements", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="c360-import-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL may run as another user
        with EmbeddedPostgres(folder / "data") as server:
            install(server.dsn, load())
        if options.statements:
            watch_statements(folder / "data", "all")
        with EmbeddedPostgres(folder / "data") as server:
            figures = measure(server.dsn, folder, options.rows, options.resolve or options.rows, options.statements)
    for figure, value in figures.items():
        print(f"{figure:>28} {value:>14,}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
