"""The gateway hands the script to web pages; no Node is needed for that."""

from __future__ import annotations

import pytest

from sdk.conftest import SDK


@pytest.mark.parametrize("name", ["c360.js", "c360.core.js"])
def test_the_gateway_serves_the_script_to_any_page(http, name):
    reply = http.get(f"/sdk/{name}", headers={"Origin": "https://shop.example"})

    assert (reply.status_code, reply.text) == (200, (SDK / "dist" / name).read_text(encoding="utf-8"))
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in reply.headers["Cache-Control"]
    assert http.get(f"/sdk/{name}", headers={"If-None-Match": reply.headers["ETag"]}).status_code == 304


def test_a_client_that_unpacks_nothing_gets_it_plain(http):
    reply = http.get("/sdk/c360.js", headers={"Accept-Encoding": "identity"})

    assert "Content-Encoding" not in reply.headers
    assert reply.content == (SDK / "dist" / "c360.js").read_bytes()


@pytest.mark.parametrize("name", ["c360.mjs", "..%2Fpackage.json", "nothing.js"])
def test_nothing_else_is_served(http, name):
    reply = http.get(f"/sdk/{name}")

    assert reply.status_code == 404


def test_a_page_may_read_the_clock_and_the_wait_of_an_answer(http, make_key):
    reply = http.post("/rpc/page", json={"anonymousId": "a"}, headers={"Origin": "https://x"}, auth=(make_key(), ""))

    assert {"Date", "Retry-After"} <= set(reply.headers["Access-Control-Expose-Headers"].split(", "))
    assert "Date" in reply.headers
