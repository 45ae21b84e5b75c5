"""Sorting blocked values by how cheaply a value is compared with them changes what is blocked for no value."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from c360.domain.blocked import blocked_guard

PATTERNS = [
    "null|none|n/a",
    "test(er|ing)?@test[.]com",
    "(no|fake)-?reply@.*",
    "0*",
    "[0-]+",
    "[[:digit:]]{3}",
    "a?bc",
    "x{0,2}y",
    "(a|)b",
    "\\+84000+",
    "\\d{2}|zz",
    "[|]|Q(q|w)+",
    "1234.*",
    "(?:k|l)m",
    "(no|nil)[12]?@.*",
    ".*@(test|none)[.]vn",
    "nil@",
    "no[ _-]?(data|na?me)?",
    "[ab]?x(y|[12])",
]
VALUES = st.one_of(
    st.sampled_from(
        [
            "NULL",
            "N/A",
            "Test@test.com",
            "testing@test.com",
            "no-reply@x.vn",
            "fakereply@x",
            "aaaaaaa",
            "0000",
            "0-0",
            "123",
        ]
    ),
    st.sampled_from(
        [
            "nodata",
            "no_name",
            "NO-",
            "no",
            "ax2",
            "xy",
            "b1",
            "abc",
            "bc",
            "y",
            "xxy",
            "ab",
            "b",
            "+8400000",
            "42",
            "ZZ",
            "|",
            "qqw",
            "1234567",
            "km",
            "LM",
            "lan@shop.vn",
        ]
    ),
    st.sampled_from(["no@", "no@x", "NIL1@a@b", "nil", "nil@", "a@test.vn", "a@b@none.vn", "@test.vn", "test.vn"]),
    st.text("abnul0123@.-|xyqQmk+", min_size=1, max_size=8),
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_alone_blocks_what_the_pattern_matches(db, pattern):
    compare(
        db, [pattern], ["null", "0000", "0-0", "123", "bc", "y", "b", "+840000", "42", "zz", "|", "qw", "12345", "km"]
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    patterns=st.lists(st.sampled_from(PATTERNS), unique=True, max_size=6),
    values=st.lists(VALUES, min_size=5, max_size=30),
)
def test_patterns_together_block_what_one_of_them_matches(db, patterns, values):
    compare(db, patterns, values)


@pytest.mark.parametrize("words", [["null", "none"], ["unknown|not known"]])
def test_plain_words_need_no_pattern(words):
    guard = blocked_guard(words)

    assert len(guard.words) == 2
    assert (guard.pattern, guard.pattern_for_all) == (None, None)


def compare(db: Any, patterns: list[str], values: list[str]) -> None:
    """The guard, read as extract_identifiers() reads it, blocks what one of the patterns matches as a whole."""
    guard = blocked_guard(patterns)
    whole = "^(?:" + "|".join(f"(?:{pattern})" for pattern in patterns) + ")$" if patterns else None
    rows = db.rows(
        "SELECT value, coalesce(value ~* %s::text, false), coalesce(%s::jsonb ? lower(value)"
        " OR (strpos(value, '@') > 0 AND %s::jsonb ?| ARRAY[split_part(lower(value), '@', 1) || '@',"
        " '@' || split_part(lower(value), '@', -1)])"
        " OR (strpos(%s, lower(left(value, 1))) > 0 AND value ~* %s::text)"
        " OR coalesce(value ~* %s::text, false), false)"
        " FROM unnest(%s::text[]) AS value",
        whole,
        guard.lookup,
        guard.lookup,
        guard.letters,
        guard.pattern,
        guard.pattern_for_all,
        values,
    )
    assert [row for row in rows if row[1] != row[2]] == []
