"""What the logs show, and what they never do."""

import logging

import pytest

from c360 import logs


@pytest.fixture
def logger():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield logging.getLogger("c360.test")
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_never_shows_the_values_it_went_through(logger, capsys, form):
    def fail(body):
        raise RuntimeError(f"{len(body)} bytes")

    logs.configure(form=form)
    try:
        fail("@".join(("an", "shop.vn")))
    except RuntimeError:
        logger.exception("request failed")

    shown = capsys.readouterr().err
    assert "RuntimeError: 10 bytes" in shown
    assert "an@shop.vn" not in shown
