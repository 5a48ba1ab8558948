"""What a session reports after its tests."""

import sys
import threading

import pytest

# What pytest's exit codes mean (https://docs.pytest.org/en/stable/reference/exit-codes.html).
_TESTS_FAILED = 1
_MEANINGS = {
    2: "the run was interrupted",
    3: "pytest or one of its plugins failed",
    4: "pytest was used wrongly",
    5: "no tests were found, or all of them were deselected",
    6: "there were too many warnings",
}


class Ending:
    """The plugin that compares a session's exit code with the results of its tests."""

    def __init__(self):
        self._session = None
        self._by_tests = None  # the exit code before any hook has changed it
        self.reason = ""  # why the session has stopped by itself; empty if it has not

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session, exitstatus):
        self._session, self._by_tests = session, int(exitstatus)

    def complaint(self, code):
        """Why the run is bad, whatever the results of the tests; empty if the tests explain it."""
        if code == 0 or code == self._by_tests == _TESTS_FAILED and self._session.testsfailed and not self.reason:
            return ""
        text = "pytest ended with exit code %d" % code
        if self.reason:
            return "%s: %s" % (text, self.reason)
        if self._by_tests is not None and code != self._by_tests:
            return "%s, and not %d: a hook such as pytest_sessionfinish has changed it" % (text, self._by_tests)
        return "%s: %s" % (text, _MEANINGS.get(code, "pytest.exit was called with it"))

    def forgives(self, code):
        """Whether a hook has passed the session although tests failed."""
        return code == 0 and self._by_tests == _TESTS_FAILED and not self.reason


def still_running():
    """What keeps the interpreter from ending, in words."""
    threads = [thread for thread in threading.enumerate() if not thread.daemon and thread is not threading.main_thread()]
    found = ["thread %s" % thread.name for thread in threads]
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        found += ["process %s" % child.name for child in processes.active_children() if not child.daemon]
    return found
