"""The comparisons of match rules, value by value, both ways round."""

import pytest


def _both_ways(db, function, types, left, right, *parameters):
    places = ", ".join(f"%s::{kind}" for kind in types)
    return [
        db.value(f"SELECT c360.{function}({places})", *pair, *parameters) for pair in ((left, right), (right, left))
    ]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("an", "an", True), ("an", "anh", False), ("an", None, None), (None, None, None), ("", "", True)],
)
def test_exact_is_equality_and_absent_is_not_equal(db, left, right, expected):
    assert _both_ways(db, "_compare_exact", ("text", "text"), left, right) == [expected] * 2


@pytest.mark.parametrize(
    ("left", "right", "at_least", "expected"),
    [
        ("word", "words", 0.57, True),  # 4 of 7 trigrams
        ("word", "words", 0.58, False),
        ("elizabeth", "elisabeth", 0.5, True),  # 7 of 13
        ("elizabeth", "elisabeth", 0.55, False),
        ("an", "an", 1, True),
        ("an", "binh", 0.000001, False),
        ("an", None, 0.1, None),
    ],
)
def test_trigram_compares_the_share_of_common_trigrams(db, left, right, at_least, expected):
    types = ("text", "text", "double precision")
    assert _both_ways(db, "_compare_trigram", types, left, right, at_least) == [expected] * 2


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("smith", "smyth", True),
        ("smith", "schmidt", True),  # by their second codes
        ("meyer", "meier", True),
        ("nguyen", "nguyenn", True),
        ("smith", "jones", False),
        ("山田", "山田", None),  # no code, nothing can be said
        ("", "smith", None),
        (None, "smith", None),
    ],
)
def test_metaphone_compares_how_names_sound(db, left, right, expected):
    assert _both_ways(db, "_compare_metaphone", ("text", "text"), left, right) == [expected] * 2


@pytest.mark.parametrize(
    ("left", "right", "at_most", "expected"),
    [
        ("katrin", "kathrin", 1, True),
        ("katrin", "catrin", 1, True),
        ("katrin", "catherin", 2, False),
        ("katrin", "catherin", 3, True),
        ("an", "an", 1, True),
        ("x" * 256, "x" * 256, 1, None),
        ("an", None, 1, None),
    ],
)
def test_levenshtein_counts_letters_that_differ(db, left, right, at_most, expected):
    assert _both_ways(db, "_compare_levenshtein", ("text", "text", "integer"), left, right, at_most) == [expected] * 2


@pytest.mark.parametrize(
    ("left", "right", "days", "swapped", "expected"),
    [
        ("1990-02-03", "1990-02-03", 0, False, True),
        ("1990-02-03", "1990-02-04", 0, False, False),
        ("1990-02-03", "1990-02-04", 1, False, True),
        ("1989-12-31", "1990-01-01", 1, False, True),
        ("1990-02-03", "1990-03-02", 1, False, False),
        ("1990-02-03", "1990-03-02", 0, True, True),
        ("1990-02-03", "1991-03-02", 0, True, False),
        ("1990-02-13", "1990-02-14", 0, True, False),
        ("1990-02-03", None, 5, True, None),
    ],
)
def test_days_are_close_or_have_day_and_month_swapped(db, left, right, days, swapped, expected):
    types = ("date", "date", "integer", "boolean")
    assert _both_ways(db, "_compare_date", types, left, right, days, swapped) == [expected] * 2


@pytest.mark.parametrize(
    ("left", "right", "within", "ratio", "expected"),
    [
        (10, 12, 2, None, True),
        (10, 12.01, 2, None, False),
        (100, 90, None, 0.1, True),
        (100, 89, None, 0.1, False),
        (-100, -90, None, 0.1, True),
        (-5, 5, None, 0.5, False),
        (0, 0, None, 0.1, True),
        (10, None, 2, None, None),
    ],
)
def test_numbers_are_close_by_difference_or_by_share_of_the_larger(db, left, right, within, ratio, expected):
    types = ("numeric",) * 4
    assert _both_ways(db, "_compare_number", types, left, right, within, ratio) == [expected] * 2


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("Hà Nội", "ha noi"),
        ("ĐÀ NẴNG", "da nang"),
        ("NGUYE\u0302\u0303N", "nguyen"),
        ("São  Paulo", "sao paulo"),
        ("Straße 12/3-B", "strasse 12 3 b"),
        ("12 Main St.", "12 main st"),
        ("東京", "東京"),
        ("...", None),
        (" null ", None),
    ],
)
def test_words_compare_without_accents_case_and_punctuation(db, sent, expected):
    assert db.call("c360.normalise_words", sent) == expected
