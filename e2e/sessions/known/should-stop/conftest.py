"""A hook stops the session once a test has used up something that the others need."""

sessions = []


def pytest_sessionstart(session):
    sessions.append(session)


def pytest_runtest_logreport(report):
    if report.when == "teardown" and report.nodeid.endswith("::test_uses_it_up"):
        sessions[0].shouldstop = "the quota is used up"
