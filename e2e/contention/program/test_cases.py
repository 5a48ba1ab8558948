"""Pytest tests that stand for tests which use resources, as cases_test.go has them for Go.

Each says in the log $CONTENTION_DIR/log when it starts and when it ends.
"""

import os
import time

import pytest


@pytest.fixture
def use(request):
    """Uses resources for a while."""

    def use(resources):
        _say("start", request.node.name, resources)
        time.sleep(0.15)
        _say("end", request.node.name, resources)

    return use


def _say(event, name, resources):
    line = "%s target=%s case=%s run=%s uses=%s network=%s\n" % (
        event,
        os.environ["TEST_TARGET"],
        name,
        os.environ.get("TEST_RUN_NUMBER", "1"),
        resources,
        os.readlink("/proc/self/ns/net"),
    )
    # By one write(2), which O_APPEND puts behind all that is there.
    log = os.open(os.path.join(os.environ["CONTENTION_DIR"], "log"), os.O_APPEND | os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(log, line.encode())
    os.close(log)


@pytest.mark.xdist_group("db")
class TestDB:
    """These share a fixture of their class, and so hold the group in one go."""

    @pytest.fixture(scope="class")
    def table(self):
        yield

    def test_db_1(self, use, table):
        use("db")

    def test_db_2(self, use, table):
        use("db")


@pytest.mark.xdist_group("db")
@pytest.mark.xdist_group("port")
def test_db_and_port(use):
    use("db,port")


@pytest.mark.xdist_group("api")
@pytest.mark.parametrize("n", range(4))
def test_api(use, n):
    use("api")


def test_big(use):
    use("pool=2")


def test_read(use):
    use("pool=shared")


def test_nothing(use):
    use("")
