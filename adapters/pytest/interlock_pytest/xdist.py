"""What suites expect of pytest-xdist, for those that do not have it any more."""

import os

# Of xdist's own command line. Suites have them in their addopts.
_FLAGS = ("-f", "--looponfail", "-d", "--boxed", "--no-loadscope-reorder")
_WITH_VALUES = ("-n", "--numprocesses", "--dist", "--maxprocesses", "--max-worker-restart", "--tx", "--px", "--rsyncdir")


class Options:
    """Xdist's options, which mean nothing here: the runner decides how many workers there are."""

    def pytest_addoption(self, parser):
        group = parser.getgroup("xdist", "ignored: the runner of rules_interlock has the workers")
        # Short options are pytest's own to declare, and xdist does it so, too.
        for flag in _FLAGS:
            group._addoption(flag, action="store_true", dest="interlock_ignored", help="ignored")
        for option in _WITH_VALUES:
            group._addoption(option, action="append", dest="interlock_ignored_values", help="ignored")


def announce(number):
    """Says in the environment which worker this is, as xdist does."""
    os.environ["PYTEST_XDIST_WORKER"] = "gw%d" % number
    os.environ["PYTEST_XDIST_WORKER_COUNT"] = os.environ["INTERLOCK_WORKERS"]
    os.environ["PYTEST_XDIST_TESTRUNUID"] = os.environ["INTERLOCK_RUN_ID"]
