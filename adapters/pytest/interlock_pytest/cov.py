"""Pytest-cov, for which many suites ask in their addopts."""

import pytest


class NoCov:
    """Switches pytest-cov off, as its option --no-cov does.

    The workers would write one file, all at once, and each sees no more than its own part of the lines, which a
    --cov-fail-under finds too few. `bazel coverage` has all of them.
    """

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self, early_config):
        early_config.known_args_namespace.no_cov = True
        yield
