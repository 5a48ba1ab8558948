"""Pytest-cov, which many suites enable in their addopts."""

import pytest


class NoCov:
    """Switches pytest-cov off, as its option --no-cov does.

    The workers would all write the same file at the same time, and each sees only its own part of
    the lines, which are too few for --cov-fail-under. `bazel coverage` has all of them.
    """

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self, early_config):
        early_config.known_args_namespace.no_cov = True
        yield
