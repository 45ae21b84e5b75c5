"""Templates of what is sent: values keep their types, what is absent is left out, no template can hurt its relay."""

from __future__ import annotations

import time
from functools import reduce

import pytest

from c360.relay.documents import Document, TemplateFailed, TemplateInvalid

DATA = {
    "profile_id": "p1",
    "version": 2,
    "amount": 412.5,
    "large": 1e300,
    "many": [{"n": n} for n in range(1_000)],
    "is_new": False,
    "nothing": None,
    "profile": {"email": "mai@example.com", "first_name": "Mai", "note": "x" * 60_000},
    "lines": [{"sku": "a", "price": 3}, {"sku": "b", "price": 4}],
}


@pytest.fixture
def cpu_seconds():
    began = time.process_time()
    return lambda: time.process_time() - began


def rendered(template, **values):
    return Document(template).render({"data": DATA, "message": {"time": "2026-11-24T22:02:00.5Z"}, **values})


@pytest.mark.parametrize(
    ("template", "document"),
    [
        ("{{ data.version }}", 2),
        ("{{ data.amount }}", 412.5),
        ("{{ data.is_new }}", False),
        ("{{ data.lines }}", DATA["lines"]),
        ("v{{ data.version }}", "v2"),
        ("no template", "no template"),
        ({"a": 1, "b": [True, None, 2.5]}, {"a": 1, "b": [True, None, 2.5]}),
        ("{{ data.profile.first_name | upcase }}", "MAI"),
        ("{% if data.version > 1 %}old{% else %}new{% endif %}", "old"),
        ("{{ data.profile.email | sha256 | slice: 0, 8 }}", "0fa7160c"),
        ("{{ data.profile.email | mask }}", "****.com"),
        ("{{ message.time | date: '%d/%m/%Y %H:%M', 'Asia/Ho_Chi_Minh' }}", "25/11/2026 05:02"),
        ("{{ data.profile.email | path }}", "mai%40example.com"),
        ("{{ data.lines | map: 'price' | sum }}", 7),
    ],
)
def test_a_value_keeps_its_type(template, document):
    assert rendered(template) == document


def test_what_is_absent_is_left_out_and_null_stays():
    template = {"phone": "{{ data.profile.phone }}", "nothing": "{{ data.nothing }}", "list": ["{{ data.none }}", 1]}

    assert rendered(template) == {"nothing": None, "list": [1]}
    assert rendered("{{ data.none }}") is None


def test_an_object_may_depend_on_a_condition_and_repeat_for_each_element():
    each = {
        "$each": "{{ data.lines }}",
        "$as": "line",
        "$value": {"id": "{{ line.sku }}", "of": "{{ data.profile_id }}"},
    }
    template = {
        "lines": each,
        "none": {"$each": "{{ data.none }}", "$value": 1},
        "old": {"$when": "{{ data.is_new }}", "a": 1},
        "new": {"$when": "{{ data.version }}", "a": 1},
    }

    assert rendered(template) == {
        "lines": [{"id": "a", "of": "p1"}, {"id": "b", "of": "p1"}],
        "new": {"a": 1},
    }


def test_what_is_mandatory_and_missing_fails():
    with pytest.raises(TemplateFailed) as failed:
        rendered({"id": "{{ data.profile.phone | mandatory }}"})

    assert "data.profile.phone" in failed.value.message


DEEP = reduce(lambda inner, _: [inner], range(60), "x")
HOSTILE = [
    "{% for i in (1..1000000000) %}{% for j in (1..1000000000) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..900) %}{% for j in (1..900) %}{{ data.version | plus: 1 }}{% endfor %}{% endfor %}",
    "{% for i in (1..19000) %}{% for j in (1..19000) %}{% break %}{% endfor %}{% endfor %}",
    "{{ (1..100000000) | join: ',' }}",
    "{{ (1..100000000) | reverse | size }}",
    "{{ (1..100000000) }}",
    "{% assign x = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..60) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
    "{% capture x %}aa{% endcapture %}{% for i in (1..60) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}",
    "{{ data.profile.note | replace: 'x', data.profile.note | size }}",
    "{{ data.profile.note | remove: 'y' | split: '' | join: data.profile.note }}",
    "{% assign x = 9 %}{% for i in (1..100) %}{% assign x = x | times: x %}{% endfor %}{{ x }}",
    "{{ data.large | times: data.large }}",
    "{{ 5 | divided_by: 0 }}",
    "{{ message.time | date: '%99999999999d' }}",
    "{{ message.time | date: '%Y', '../../etc/passwd' }}",
    "{{ data.profile.note | date: '%Y' }}",
    "{% assign x = (1..900) %}{% for i in (1..9000) %}{% assign y = x | sort %}{% endfor %}",
    "{{ data.profile.note }}" * 5,
    "{% for i in (1..900) %}{{ data.lines | json }}{{ data.profile.note }}{% endfor %}",
    {"$each": "{{ data.profile.note | split: '' }}", "$value": "{{ item }}"},
    {"$each": "{{ (1..1000) }}", "$value": {"$each": "{{ (1..1000) }}", "$value": "{{ data }}"}},
    {"$each": "{{ data.version }}", "$value": 1},
    ["{{ data }}"] * 900,
    "{{ now }}",
    "{% for i in (1..19000) %}{% if data.profile.note contains data.profile.email %}{% endif %}{% endfor %}",
    "{% for i in (1..9000) %}" + "{{ '' }}" * 900 + "{% endfor %}",
    "{% for i in (1..400) %}{% assign x = data.many | uniq %}{% endfor %}",
    {"$each": "{{ (1..40) }}", "$value": {"$each": "{{ (1..1000) }}", "$value": [0] * 900}},
    {"$each": "{{ (1..40) }}", "$value": {"$each": "{{ (1..1000) }}", "$value": [{"$when": False}] * 400}},
    {"$each": "{{ (1..1000) }}", "$value": "x" * 30_000},
    {"$each": "{{ (1..1000) }}", "$value": {"x" * 30_000: 1}},
]


@pytest.mark.parametrize("template", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_template_fails_and_costs_little(template, cpu_seconds):
    with pytest.raises(TemplateFailed):
        rendered(template)

    assert cpu_seconds() < 10  # a bound on processor time: unbounded, these take minutes or all memory


@pytest.mark.parametrize(
    "template",
    [
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{% for x in data %}",
        "{{ data.version | nosuchfilter }}",
        "{{ " + "a[" * 5_000 + "1" + "]" * 5_000 + " }}",
        "{% if true %}" * 500 + "{% endif %}" * 500,
        "x" * 40_000,
        DEEP,
        {"a": ["{{ data }}"] * 2_000},
        {"$nosuch": 1},
        {"$each": "{{ data.lines }}", "$value": 1, "more": 1},
        {"$each": "{{ data.lines }}", "$as": "A b", "$value": 1},
        {"a": {1, 2}},
    ],
    ids=range(13),
)
def test_what_can_be_no_template_is_refused_where_it_is_made(template):
    with pytest.raises((TemplateInvalid, TemplateFailed)):
        Document(template).render({"data": DATA})


@pytest.mark.parametrize(
    "template",
    ["{{ data.__class__ }}", "{{ data.profile.email.__class__.__mro__ }}", "{{ data.keys }}", "{{ data['__init__'] }}"],
)
def test_a_template_reaches_no_attributes(template):
    assert rendered(template) is None


def test_a_failed_rendering_leaves_nothing_behind_for_the_next():
    document = Document({"v": "{% assign x = data.n %}{{ x | plus: 1 }}", "x": "{{ x }}"})

    with pytest.raises(TemplateFailed):
        document.render({"data": {"n": 2**63}})

    assert document.render({"data": {"n": 1}}) == {"v": "2"}
