"""How the address of a webhook is read, by the command and in SQL, and what the list of private ones lets pass."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from c360.domain.errors import RelayRefused, UsageError
from c360.domain.urls import UrlRefused, read_url
from c360.relay.addresses import Destinations, checked_url, is_forbidden
from c360.relay.webhooks import check_address

ONE_FORM = {
    "HTTPS://CRM.Example:443/Hooks?A=b": "https://crm.example/Hooks?A=b",
    "hTTp://crm.example:80": "http://crm.example",
    "https://crm.example.": "https://crm.example",
    "https://crm.example:/x": "https://crm.example/x",
    "https://crm.example:08443/x": "https://crm.example:8443/x",
    "https://crm.example:80/x": "https://crm.example:80/x",
    "  https://crm.example/x\r\n": "https://crm.example/x",
    "https://crm_1.example?x=/@:": "https://crm_1.example?x=/@:",
    "https://192.0.2.1.:443/": "https://192.0.2.1/",
    "https://[2001:DB8:0::1]:8443/x": "https://[2001:db8::1]:8443/x",
    "https://[2001:db8::1]:443": "https://[2001:db8::1]",
    "https://xn--bcher-kva.example/%41": "https://xn--bcher-kva.example/%41",
    "https://crm.example/" + "x" * 8172: "https://crm.example/" + "x" * 8172,
}
ONE_FORM_WITH_IDNA = {
    "https://Bücher.example/ü": "https://xn--bcher-kva.example/ü",
    "https://faß.example": "https://xn--fa-hia.example",
    "https://crm\N{IDEOGRAPHIC FULL STOP}example/": "https://crm.example/",
    "https://exam\N{SOFT HYPHEN}ple.com": "https://example.com",
}
UNFIT = [
    "",
    "x",
    "crm.example/hooks",
    "//crm.example",
    "ftp://crm.example",
    "file:///etc/passwd",
    "javascript://crm.example/%0aalert(1)",
    "https:",
    "https://",
    "https:///hooks",
    "https:/crm.example",
    "https://:443/",
    "https://user:pw@crm.example/h",
    "https://crm.example@10.0.0.1/",
    "https://@crm.example/",
    "https://crm.example/#x",
    "https://crm.example#@10.0.0.1/",
    "https://crm.example\\@10.0.0.1/",
    "https://crm.example/a b",
    "https://crm.example/\tb",
    "https://crm.example/\r\nHost: other",
    "https://cr m.example/",
    "https://crm.example:0/",
    "https://crm.example:65536/",
    "https://crm.example:4x3/",
    "https://crm.example:-1/",
    "https://crm.example:443:443/",
    "https://crm..example/",
    "https://crm.example../",
    "https://.example/",
    "https://-crm.example/",
    "https://crm-.example/",
    "https://crm%2eexample/",
    "https://crm!example/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 127 + "example/",
    "https://crm.example/" + "x" * 8173,
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.01/",
    "https://1.2.3.256/",
    "https://1.2.3.4.5/",
    "https://crm.0x7f/",
    "https://crm.1/",
    "https://[::1/",
    "https://::1/",
    "https://[::1]443/",
    "https://[::1%eth0]/",
    "https://[::1%25eth0]/",
    "https://[127.0.0.1]/",
    "https://[::g]/",
    "https://[]/",
    "https://[v1.x]/",
]


@pytest.mark.parametrize("url", [*ONE_FORM, *ONE_FORM_WITH_IDNA], ids=lambda url: url[:40])
def test_an_address_is_read_to_its_one_form(url):
    assert str(read_url(url)) == {**ONE_FORM, **ONE_FORM_WITH_IDNA}[url]
    assert str(read_url(str(read_url(url)))) == str(read_url(url))


@pytest.mark.parametrize("url", UNFIT, ids=lambda url: url[:40])
def test_an_address_no_webhook_can_have_is_refused_with_code_and_hint(url):
    with pytest.raises(UsageError) as refused:
        check_address(url, Destinations())

    assert refused.value.code == "U5450"
    assert refused.value.hint


def test_sql_reads_addresses_as_the_command_does(db):
    read = {url: db.call("c360._checked_url", url) for url in ONE_FORM}

    assert read == ONE_FORM


@pytest.mark.parametrize("url", [*UNFIT, *ONE_FORM_WITH_IDNA], ids=lambda url: url[:40])
def test_sql_refuses_what_the_command_refuses_and_names_in_other_letters(db, url):
    if url == next(iter(ONE_FORM_WITH_IDNA)):
        assert str(read_url(url)).startswith("https://xn--")

    with pytest.raises(psycopg.Error) as refused:
        db.call("c360._checked_url", url)

    assert refused.value.sqlstate == "U5450"
    assert refused.value.diag.message_hint


def test_a_webhook_added_in_sql_has_its_address_in_one_form(db):
    def add(name, url):
        number = uuid.uuid4()
        db.call("tenant_acme.add_subscription", number, name, url, "key", b"n" * 12, b"c" * 20)
        return number

    add("crm", "HTTPS://CRM.Example:443/Hooks")

    assert db.value("SELECT url FROM c360.subscriptions WHERE name = 'crm'") == "https://crm.example/Hooks"
    for url in (None, "HTTPS://user@crm.example", "https://127.1/"):
        with pytest.raises(psycopg.Error) as refused, db.connection.transaction():
            add("other", url)
        assert refused.value.sqlstate == "U5450"


LISTED = Destinations.of(
    "10.1.0.0/16, [fd12::/16]:8443 crm.intra.example:9000,localhost:9000,.corp.example *.lab.example\n192.168.7.9"
)


@pytest.mark.parametrize(
    ("url", "address", "refusal"),
    [
        ("https://crm.example/", "93.184.216.34", None),
        ("http://crm.example/", "93.184.216.34", "cleartext"),
        ("https://crm.example/", "10.1.2.3", None),
        ("http://crm.example/", "10.1.2.3", None),
        ("https://crm.example/", "::ffff:10.1.2.3", None),
        ("https://crm.example/", "10.2.2.3", "forbidden"),
        ("http://crm.example/", "10.2.2.3", "cleartext"),
        ("https://crm.example/", "192.168.7.9", None),
        ("https://crm.example/", "192.168.7.8", "forbidden"),
        ("https://crm.example:8443/", "fd12::1", None),
        ("https://crm.example/", "fd12::1", "forbidden"),
        ("https://crm.intra.example:9000/", "10.9.9.9", None),
        ("http://crm.intra.example:9000/", "10.9.9.9", None),
        ("https://crm.intra.example/", "10.9.9.9", "forbidden"),
        ("https://x.crm.intra.example:9000/", "10.9.9.9", "forbidden"),
        ("https://a.b.corp.example/", "172.16.0.1", None),
        ("https://a.lab.example/", "172.16.0.1", None),
        ("https://corp.example/", "172.16.0.1", "forbidden"),
        ("https://evilcorp.example/", "172.16.0.1", "forbidden"),
        # Who may be reached by name is not thereby allowed to send us to where clouds hand out keys.
        ("https://a.corp.example/", "169.254.169.254", "forbidden"),
        ("https://a.corp.example/", "fd00:ec2::254", "forbidden"),
        ("https://a.corp.example/", "::ffff:169.254.169.254", "forbidden"),
        ("https://a.corp.example/", "64:ff9b::a9fe:a9fe", "forbidden"),
        ("https://a.corp.example/", "168.63.129.16", "forbidden"),
        ("https://a.corp.example/", "127.0.0.1", "forbidden"),
        ("https://a.corp.example/", "::1", "forbidden"),
        ("https://a.corp.example/", "64:ff9b::7f00:1", "forbidden"),
        ("http://localhost:9000/", "::1", None),
        ("http://localhost:9001/", "127.0.0.1", "cleartext"),
        ("https://a.corp.example/", "::", "forbidden"),
        ("https://a.corp.example/", "0.0.0.0", "forbidden"),
        ("https://a.corp.example/", "ff02::1", "forbidden"),
    ],
)
def test_the_list_lets_pass_what_it_names_and_nothing_more(url, address, refusal):
    assert LISTED.refusal(read_url(url), address) == refusal


@pytest.mark.parametrize(
    "entry",
    [
        "10.1.2.3/8",
        "10.1.0.0/33",
        "crm example!",
        "https://crm.example",
        "crm.example:0",
        "crm.example:x",
        "127.1",
        "*",
    ],
)
def test_a_list_that_cannot_be_meant_so_is_refused(entry):
    with pytest.raises(UsageError) as refused:
        Destinations.of(f"10.0.0.0/8,{entry.replace(' ', '_')}")

    assert refused.value.code == "U9100"


def test_http_is_for_those_listed_only():
    with pytest.raises(RelayRefused) as refused:
        check_address("HTTP://crm.example/h", Destinations())
    with pytest.raises(RelayRefused) as by_address:
        check_address("http://127.0.0.1/h", Destinations.of("10.0.0.0/8"))

    assert (refused.value.code, by_address.value.code) == ("U5413", "U5413")
    assert "C360_WEBHOOK_ALLOW" in str(refused.value.hint)
    assert check_address("http://127.0.0.1:9000/h", Destinations.of("127.0.0.1:9000")) == "http://127.0.0.1:9000/h"
    assert (
        check_address("http://nobody-knows.invalid/h", Destinations.of(".invalid")) == "http://nobody-knows.invalid/h"
    )
    assert str(checked_url("http://crm.example/", Destinations(everything=True))) == "http://crm.example/"


def test_a_host_nobody_knows_is_refused_unless_a_proxy_looks_it_up():
    with pytest.raises(UsageError) as refused:
        check_address("https://nobody-knows.invalid/", Destinations())

    assert refused.value.code == "U5450"
    assert check_address("https://nobody-knows.invalid/", Destinations(looked_up_by_proxy=True))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::"]
)
def test_public_addresses_are_allowed(address):
    assert not is_forbidden(address)


def test_what_is_refused_says_why():
    with pytest.raises(UrlRefused, match="user or a password"):
        read_url("https://user:pw@crm.example/h")


_PIECES = [
    *"htps:/?#[]@.%\\-_ aA0179fxX\t",
    "https://",
    "HTTP://",
    "crm.example",
    "127.0.0.1",
    "::1",
    "[",
    "xn--",
    ":443",
    ":80",
    "ffff",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
@example("https://[::ffff:127.0.0.1]")
@example("https://[1::.1]")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_sql_and_the_command_agree_on_every_address(db, rest):
    url = rest if rest.startswith(("http", "HTTP")) else f"https://{rest}"
    try:
        expected = str(read_url(url))
    except UrlRefused:
        expected = "U5450"

    with db.connection.transaction(force_rollback=True):
        try:
            got = db.call("c360._checked_url", url)
        except psycopg.Error as error:
            got = error.sqlstate

    assert got == expected, url
