"""A stand-in for pytest's terminal reporter."""

import pytest
from _pytest.terminal import TerminalReporter


class Quiet(TerminalReporter):
    """Prints nothing about the tests, but what others write through it.

    The runner reports the tests of all workers, and the reporter of one worker would only report
    a part. But pytest and its plugins also write through the reporter: stacks at a timeout, or
    what a conftest.py prints at the end of the session.
    """

    def __init__(self, config, file):
        super().__init__(config, file)
        self._keeps_reports = False
        for name in dir(TerminalReporter):
            if name.startswith("pytest_"):
                setattr(self, name, None)  # so that pytest finds no hook
        self.pytest_sessionstart = self._start
        self.pytest_runtest_logreport = self._keep_report
        self.pytest_warning_recorded = self._keep_warning
        self.pytest_sessionfinish = self._summarize

    def _start(self, session):
        self._session = session
        lines = self.config.hook.pytest_report_header(config=self.config, start_path=self.startpath)
        self._write_report_lines_from_hooks([one for one in lines if not str(one).startswith("cachedir: ")])
        self._keeps_reports = self.config.getoption("durations", None) is not None or any(
            not getattr(impl.plugin, "__name__", "").startswith("_pytest.")
            for impl in self.config.hook.pytest_terminal_summary.get_hookimpls()
        )

    def _keep_report(self, report):
        if self._keeps_reports:
            category = self.config.hook.pytest_report_teststatus(report=report, config=self.config)[0]
            self.stats.setdefault(category, []).append(report)

    def _keep_warning(self, warning_message):
        if self._keeps_reports:
            self.stats.setdefault("warnings", []).append(warning_message)

    @pytest.hookimpl(hookwrapper=True)
    def _summarize(self, session, exitstatus):
        yield
        self.config.hook.pytest_terminal_summary(terminalreporter=self, exitstatus=exitstatus, config=self.config)
        self._tw.flush()


def replace_reporter(config):
    """Replaces the reporter by the stand-in."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter:
        config.pluginmanager.unregister(reporter)
        config.pluginmanager.register(Quiet(config, reporter._tw._file), "terminalreporter")
