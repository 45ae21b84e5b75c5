"""Every one of the 125 combinations of scores has exactly one name, and every name can be reached."""

ALL_CELLS = {(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)}

NAMES = [
    "Champions",
    "Loyal Customers",
    "Potential Loyalist",
    "New Customers",
    "Promising",
    "Need Attention",
    "About To Sleep",
    "Can't Lose Them",
    "At Risk",
    "Hibernating",
    "Lost",
]


def test_each_of_the_125_cells_is_named_once(db):
    cells = db.rows("SELECT recency_score, frequency_score, monetary_score FROM c360.rfm_cells")

    assert len(cells) == 125
    assert set(cells) == ALL_CELLS


def test_each_name_can_be_reached(db):
    reached = set(db.column("SELECT DISTINCT segment FROM c360.rfm_cells"))

    assert reached == set(NAMES)


def test_each_name_says_who_is_meant_and_what_to_do(db):
    rows = db.rows("SELECT segment, reason, advice FROM c360.rfm_segments ORDER BY position")

    assert [row[0] for row in rows] == NAMES
    assert all(reason and advice for _, reason, advice in rows)


def test_champions_are_those_with_all_three_scores_of_four_or_more(db):
    champions = set(
        db.rows("SELECT recency_score, frequency_score, monetary_score FROM c360.rfm_cells WHERE segment = 'Champions'")
    )

    assert champions == {cell for cell in ALL_CELLS if min(cell) >= 4}
