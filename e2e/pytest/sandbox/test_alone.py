"""Of a target that does not name the conftest.py of the root, and so does not see it."""

import pytest


def test_no_option(pytestconfig):
    with pytest.raises(ValueError):
        pytestconfig.getoption("--colour")
