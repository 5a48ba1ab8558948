"""A plugin by which plain pytest tells what becomes of each test: a line of JSON for each report."""

import json


def pytest_addoption(parser):
    parser.addoption("--outcomes-reports", metavar="FILE", required=True, help="where the reports go")


def pytest_configure(config):
    config.pluginmanager.register(_Reports(config.getoption("--outcomes-reports")))


class _Reports:
    def __init__(self, path):
        self._file = open(path, "w", encoding="ascii")

    def pytest_runtest_logreport(self, report):
        self._write(report.nodeid, report.when, _outcome(report), _part(report))

    def pytest_collectreport(self, report):
        if report.failed or report.skipped:
            self._write(report.nodeid, "collect", report.outcome)

    def pytest_unconfigure(self):
        self._file.close()

    def _write(self, test, phase, outcome, part=""):
        print(json.dumps({"test": test, "part": part, "phase": phase, "outcome": outcome}), file=self._file)


def _outcome(report):
    if hasattr(report, "wasxfail"):
        return {"skipped": "xfailed", "passed": "xpassed"}.get(report.outcome, report.outcome)
    return report.outcome


def _part(report):
    """What pytest calls the subtest that a report is of; empty if it is of a whole test."""
    for name in ("_sub_test_description", "sub_test_description"):  # of pytest, and of the plugin pytest-subtests
        if hasattr(report, name):
            return getattr(report, name)()
    return ""
