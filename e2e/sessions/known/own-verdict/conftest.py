"""A rule of the suite's own: a test that is skipped makes the run red."""

skipped = set()


def pytest_runtest_logreport(report):
    if report.outcome == "skipped":
        skipped.add(report.nodeid)


def pytest_sessionfinish(session):
    if skipped:
        reporter = session.config.pluginmanager.getplugin("terminalreporter")
        if reporter:
            reporter.write_line("skipping is forbidden: " + ", ".join(sorted(skipped)))
        session.exitstatus = 1
