"""What user agents say: tried against two public lists of real ones, and against texts made to be slow."""

import csv
import time
from pathlib import Path

import pytest

from support.events import ingest, page
from support.observations import resolve

REAL = Path(__file__).with_name("user_agents")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
    " (KHTML, like Gecko) Chrome/124.0.6367.91 Safari/537.36"
)


def read(db, agent):
    return db.value("SELECT to_jsonb(c360.user_agent(%s))", agent)


def known_browsers():
    with (REAL / "browsers.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("column", "most_wrong"), [("browser", 0.02), ("os", 0.0), ("os_version", 0.0), ("device_type", 0.002)]
)
def test_browsers_of_a_public_list_are_read_as_it_says(db, column, most_wrong):
    expected = {row["user_agent"]: row[column] for row in known_browsers()}
    found = dict(
        db.rows(f"SELECT agent, (c360.user_agent(agent)).{column} FROM unnest(%s::text[]) AS agent", list(expected))
    )

    # Where the list is silent about a version, we may not be.
    wrong = {agent: (value, found[agent]) for agent, value in expected.items() if value and value != found[agent]}

    assert len(expected) > 800
    assert len(wrong) <= most_wrong * len(expected), wrong


def test_programs_of_a_public_list_are_told_and_browsers_are_not(db):
    programs = (REAL / "programs.txt").read_text(encoding="utf-8").splitlines()
    share = "SELECT avg((c360.user_agent(agent)).is_bot::integer)::float FROM unnest(%s::text[]) AS agent"

    assert len(programs) > 500
    assert db.value(share, programs) > 0.8
    assert db.value(share, [row["user_agent"] for row in known_browsers()]) == 0


@pytest.mark.parametrize(
    ("agent", "browser", "version", "os", "os_version", "device_type"),
    [
        (CHROME, "Chrome", "124.0.6367.91", "Windows", "10", "desktop"),
        (f"{CHROME} Edg/124.0.2478.51", "Edge", "124.0.2478.51", "Windows", "10", "desktop"),
        (f"{CHROME} OPR/109.0", "Opera", "109.0", "Windows", "10", "desktop"),
        (
            "Mozilla/5.0 (Windows NT 6.1) coc_coc_browser/120.0.1 Chrome/114",
            "Coc Coc",
            "120.0.1",
            "Windows",
            "7",
            "desktop",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) Version/4.0 Chrome/124.0 Mobile Safari/537.36"
            " Zalo android/12100 ZaloTheme/light ZaloLanguage/vi",
            "Zalo",
            "12100",
            "Android",
            "14",
            "mobile",
        ),
        (
            "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/90.0 Mobile Safari/537.36",
            "Chrome",
            "90.0",
            "Android",
            "9",
            "mobile",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 16_1 like Mac OS X) Version/16.1 Safari/604.1",
            "Safari",
            "16.1",
            "iOS",
            "16.1",
            "tablet",
        ),
        (
            "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
            "Internet Explorer",
            "11.0",
            "Windows",
            "7",
            "desktop",
        ),
        ("Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ1A)", "Android app", "2.1.0", "Android", "13", "mobile"),
        (
            "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) SamsungBrowser/2.2",
            "Samsung Internet",
            "2.2",
            "Tizen",
            "6.0",
            "tv",
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", None, None, None, None, "bot"),
        ("python-requests/2.31.0", None, None, None, None, "bot"),
        ("something else", None, None, None, None, None),
    ],
)
def test_what_is_read_of_a_user_agent(db, agent, browser, version, os, os_version, device_type):
    assert read(db, agent) == {
        "browser": browser,
        "browser_version": version,
        "os": os,
        "os_version": os_version,
        "device_type": device_type,
        "is_bot": device_type == "bot",
    }


@pytest.mark.parametrize("agent", [None, "", "   "])
def test_nothing_says_nothing(db, agent):
    assert read(db, agent) is None


@pytest.mark.parametrize(
    "agent",
    [
        "A" * 1_000_000,
        "Mozilla/" * 1000,
        "OS " + "1_" * 1000,
        "Chrome/" + "1." * 1000,
        "CrOS " + "a" * 1000,
        "(" * 1000,
    ],
    ids=lambda agent: agent[:8],
)
def test_no_text_makes_it_slow(db, agent):
    read(db, CHROME)
    started = time.perf_counter()

    read(db, agent)

    assert time.perf_counter() - started < 0.5


def test_what_stands_after_512_characters_does_not_count(db):
    assert read(db, "x" * 512 + CHROME)["browser"] is None


def test_columns_of_events_say_what_the_client_did_not(db):
    ingest(
        db,
        page("m1", context={"userAgent": CHROME}),
        page(
            "m2", context={"userAgent": CHROME, "os": {"name": "Plan 9", "version": "4"}, "device": {"type": "Android"}}
        ),
        page("m3", context={"userAgent": {"odd": 1}}),
        page("m4", context={"userAgent": "Googlebot/2.1"}),
    )
    resolve(db)

    rows = db.rows(
        "SELECT browser, browser_version, os_name, os_version, device_type, is_bot"
        " FROM tenant_acme.cdp_profile_events ORDER BY message_id"
    )

    assert rows == [
        ("Chrome", "124.0.6367.91", "Windows", "10", "desktop", False),
        ("Chrome", "124.0.6367.91", "Plan 9", "4", "mobile", False),
        (None, None, None, None, None, False),
        (None, None, None, None, "bot", True),
    ]


def test_a_visit_says_browser_and_device(db):
    ingest(db, page("m1", context={"userAgent": CHROME}))
    resolve(db)
    db.call("c360.refresh_sessions", "acme")

    row = db.row("SELECT browser, os_name, device_type, is_bot FROM tenant_acme.cdp_sessions")

    assert row == ("Chrome", "Windows", "desktop", False)


def test_readers_may_read_user_agents_themselves(db):
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute("GRANT c360_acme_reader TO dba")
    db.execute("SET LOCAL ROLE c360_acme_reader")

    assert read(db, CHROME)["browser"] == "Chrome"
