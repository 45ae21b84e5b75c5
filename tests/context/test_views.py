"""What the context of an event says, as columns: pages, campaigns, devices. Nothing that was sent is ever an error."""

import pytest

from support.events import ingest, page, track
from support.observations import resolve

COLUMNS = "SELECT * FROM tenant_acme.cdp_profile_events ORDER BY event_id DESC LIMIT 1"


def seen(db, **event):
    """The columns of an event with this context."""
    ingest(db, page(**event))
    resolve(db)
    return db.records(COLUMNS)[0]


def act_as(db, kind):
    """Become a member of a role of the tenant; the owner of c360 may grant it, as it would to a person."""
    db.execute("SET LOCAL ROLE c360_owner")
    db.execute(f"GRANT c360_acme_{kind} TO dba")
    db.execute(f"SET LOCAL ROLE c360_acme_{kind}")


def campaign(db, url=None, search=None, **context):
    [row] = [seen(db, context={"page": {"url": url, "search": search}, **context})]
    return {
        name.removeprefix("campaign_"): value
        for name, value in row.items()
        if name.startswith("campaign_") and value is not None
    }


def test_page_and_device_are_columns(db):
    row = seen(
        db,
        context={
            "page": {
                "url": "https://shop.vn/shoes?q=red#top",
                "path": "/shoes",
                "title": "Giày đỏ",
                "referrer": "https://www.Google.com/search?q=lan",
            },
            "locale": "vi-VN",
            "timezone": "Asia/Ho_Chi_Minh",
            "os": {"name": "iOS", "version": 17.4},
            "device": {"type": "mobile", "manufacturer": "Apple", "model": "iPhone15,2", "name": "Lan's iPhone"},
            "app": {"name": "Shop", "version": "2.1"},
            "library": {"name": "analytics.js", "version": "2"},
            "sessionId": 1717171717,
        },
    )

    assert {name: row[name] for name in ("page_url", "page_host", "page_path", "page_title")} == {
        "page_url": "https://shop.vn/shoes",
        "page_host": "shop.vn",
        "page_path": "/shoes",
        "page_title": "Giày đỏ",
    }
    assert (row["referrer"], row["referrer_host"]) == ("https://www.Google.com/search", "www.google.com")
    assert (row["locale"], row["timezone"], row["session_id"]) == ("vi-VN", "Asia/Ho_Chi_Minh", "1717171717")
    assert (row["os_name"], row["os_version"]) == ("iOS", "17.4")
    assert (row["device_type"], row["device_manufacturer"], row["device_model"]) == ("mobile", "Apple", "iPhone15,2")
    assert (row["app_name"], row["app_version"], row["library_name"]) == ("Shop", "2.1", "analytics.js")
    assert "Lan" not in str(row)


def test_a_page_event_may_say_its_page_in_the_properties(db):
    row = seen(db, properties={"url": "https://shop.vn/?utm_source=zalo", "title": "Home", "referrer": ""})

    assert (row["page_url"], row["page_path"], row["page_title"]) == ("https://shop.vn/", "/", "Home")
    assert (row["referrer"], row["campaign_source"]) == (None, "zalo")


def test_properties_of_a_track_event_are_not_its_page(db):
    ingest(db, track("Link Clicked", properties={"url": "https://elsewhere.vn/?utm_source=zalo"}))
    resolve(db)

    [row] = db.records(COLUMNS)
    assert (row["page_url"], row["campaign_source"]) == (None, None)


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://shop.vn", "shop.vn", "/"),
        ("https://SHOP.vn:8443/a/b?x=1", "shop.vn", "/a/b"),
        ("https://lan:secret@shop.vn/a", "shop.vn", "/a"),
        ("//cdn.shop.vn/a", "cdn.shop.vn", "/a"),
        ("http://[2001:db8::1]:80/a", "[2001:db8::1]", "/a"),
        ("https://shop.vn/u/lan@example.com/orders", "shop.vn", "/u/****/orders"),
        ("https://shop.vn/u/lan%40example.com", "shop.vn", "/u/****"),
        ("https://medium.com/@lan/story", "medium.com", "/@lan/story"),
        ("myapp://cart/items", "cart", "/items"),
        ("/only/a/path", None, None),
        ("javascript:alert(1)", None, None),
        ("data:text/html,lan@example.com", None, None),
        ("", None, None),
    ],
)
def test_an_address_is_shown_without_what_may_be_private(db, url, host, path):
    row = seen(db, context={"page": {"url": url}})

    assert (row["page_host"], row["page_path"]) == (host, path)
    for secret in ("secret", "example.com", "?"):
        assert secret not in (row["page_url"] or "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "utm_source=google&utm_medium=cpc&utm_campaign=t%E1%BA%BFt",
            {"source": "google", "medium": "cpc", "name": "tết"},
        ),
        ("utm_term=red+shoes&utm_content=a%2Bb", {"term": "red shoes", "content": "a+b"}),
        ("UTM_Source=Google", {"source": "Google"}),
        ("utm%5Fsource=google", {"source": "google"}),
        ("utm_source=&utm_source=second&utm_source=third", {"source": "second"}),
        ("utm_source=%20%20&utm_medium=", {}),
        ("utm_source=a=b", {"source": "a=b"}),
        ("utm_source", {}),
        ("amp;utm_source=x&amp;utm_medium=mail", {"medium": "mail"}),
        ("utm_source=100%&utm_medium=%zz", {"source": "100%", "medium": "%zz"}),
        ("utm_source=%ff%C3%28x", {"source": "\ufffd\ufffd(x"}),
        ("utm_source=%F0%9F%91%9F", {"source": "👟"}),
        ("utm_source=%ED%A0%80", {"source": "\ufffd\ufffd\ufffd"}),
        ("utm_source=%E1%BA", {"source": "\ufffd\ufffd"}),
        ("utm_source=a%00b%0Ac", {"source": "a\ufffdb c"}),
        ("utm_id=42&utm_source=x#utm_medium=no", {"source": "x", "id": "42"}),
        ("utm_term=lan%40example.com", {"term": "****"}),
        ("utm_source=" + "x" * 2000, {"source": "x" * 500}),
        ("q=utm_source=no", {}),
    ],
)
def test_a_campaign_is_read_from_the_address(db, query, expected):
    assert campaign(db, url=f"https://shop.vn/a?{query}") == expected


def test_a_campaign_is_read_from_the_search_where_the_address_has_none(db):
    assert campaign(db, url="https://shop.vn/a", search="?utm_source=zalo&utm_medium=oa") == {
        "source": "zalo",
        "medium": "oa",
    }


def test_what_the_client_read_counts_before_the_address(db):
    said = {"campaign": {"source": "sms", "name": "Black Friday", "medium": None, "id": 7}}

    assert campaign(db, url="https://shop.vn/?utm_source=zalo&utm_medium=oa", **said) == {
        "source": "sms",
        "name": "Black Friday",
        "id": "7",
    }


@pytest.mark.parametrize("said", [{}, [], "sms", 5, None, {"source": ""}, {"source": ["a"]}, {"other": "x"}])
def test_a_campaign_that_says_nothing_leaves_the_address_to_speak(db, said):
    assert campaign(db, url="https://shop.vn/?utm_source=zalo", campaign=said) == {"source": "zalo"}


@pytest.mark.parametrize("name", ["gclid", "fbclid", "msclkid", "ttclid", "yclid"])
def test_the_mark_of_a_click_is_a_column(db, name):
    row = seen(db, context={"page": {"url": f"https://shop.vn/?a=b&{name.upper()}=Abc-1_2"}})

    assert (row["click_id_name"], row["click_id"], row["campaign_source"]) == (name, "Abc-1_2", None)


@pytest.mark.parametrize(
    "odd",
    [None, [], {}, True, 5, 1.5, ["https://shop.vn"], {"url": "x"}, "?", "#", "%", "://", "x" * 1000],
)
@pytest.mark.parametrize("place", ["page", "url", "campaign", "os", "name", "sessionId", "context"])
def test_no_shape_of_a_context_is_an_error(db, odd, place):
    page_said = odd if place == "page" else dict.fromkeys(("url", "path", "search", "title", "referrer"), odd)
    names = ("campaign", "os", "device", "app", "library")
    context = {
        "page": page_said if place in ("page", "url") else {},
        **{name: odd if place in ("campaign", "os") else {"name": odd, "source": odd, "type": odd} for name in names},
        **dict.fromkeys(("sessionId", "locale", "timezone", "userAgent", "session", "session_id"), odd),
    }

    row = seen(db, context=odd if place == "context" else context, properties=odd if place == "page" else {"url": odd})

    assert row["type"] == "page"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"context": {"sessionId": "s-1"}}, "s-1"),
        ({"context": {"sessionId": 1717171717}}, "1717171717"),
        ({"context": {"session_id": "s-2"}}, "s-2"),
        ({"context": {"session": {"id": "s-3"}}}, "s-3"),
        ({"properties": {"ga_session_id": 99}}, "99"),
        ({"integrations": {"Google Analytics 4": {"sessionId": 98}}}, "98"),
        ({"integrations": {"Actions Amplitude": {"session_id": 97}}}, "97"),
        ({"integrations": {"Actions Amplitude": {"session_id": -1}}}, None),
        ({"context": {"sessionId": "", "session_id": "s-4"}}, "s-4"),
        ({"context": {"sessionId": {"a": 1}}}, None),
    ],
)
def test_a_session_of_the_client_is_found_where_clients_put_it(db, said, expected):
    assert seen(db, **said)["session_id"] == expected


def test_whole_addresses_are_for_administrators(db):
    seen(
        db,
        context={
            "page": {"url": "https://shop.vn/a?q=lan", "search": "?q=lan", "referrer": "https://x.vn/?q=lan"},
            "userAgent": "Mozilla/5.0",
        },
    )
    act_as(db, "admin")

    [row] = db.records("SELECT page_url, page_search, referrer, user_agent FROM tenant_acme.cdp_event_context")

    assert row == {
        "page_url": "https://shop.vn/a?q=lan",
        "page_search": "?q=lan",
        "referrer": "https://x.vn/?q=lan",
        "user_agent": "Mozilla/5.0",
    }


def test_readers_read_the_columns_and_not_the_whole_addresses(db):
    seen(db, context={"page": {"url": "https://shop.vn/a?utm_source=zalo"}})
    act_as(db, "reader")

    assert db.row("SELECT page_path, campaign_source, os_name, session_id FROM tenant_acme.cdp_profile_events") == (
        "/a",
        "zalo",
        None,
        None,
    )
    assert not db.value("SELECT has_column_privilege('tenant_acme.cdp_event_context', 'page_url', 'SELECT')")


def test_columns_nobody_asks_for_are_not_read(db):
    plan = "\n".join(
        db.column("EXPLAIN (VERBOSE, COSTS OFF) SELECT event_id, page_path FROM tenant_acme.cdp_profile_events")
    )

    assert "event_page" in plan
    assert "event_campaign" not in plan
    assert "event_device" not in plan
