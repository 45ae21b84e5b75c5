"""The generated parts of docs/reference are what the sources say."""

import generate


def test_the_reference_is_current(db):
    outdated = generate.outdated(db.connection)

    assert outdated == [], f'not current: {outdated}; run "make docs" and read what came out'
