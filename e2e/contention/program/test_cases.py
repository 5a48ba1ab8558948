"""Pytest tests that stand for tests which use resources, as cases_test.go has them for Go.

Each says in the log $CONTENTION_DIR/log when it starts and when it ends.
The lines are records of e2e/witness/caselog, without a time, like those of program.sh.
"""

import json
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
    record = {
        "event": event,
        "run": "%s %s" % (os.environ["TEST_TARGET"], os.environ.get("TEST_RUN_NUMBER", "1")),
        "case": name,
        "pid": os.getpid(),
        "uses": [_use_of(part) for part in resources.split(",") if part],
        "facts": {"network": os.readlink("/proc/self/ns/net")},
    }
    # By one write(2), which O_APPEND puts behind all that is there.
    log = os.open(os.path.join(os.environ["CONTENTION_DIR"], "log"), os.O_APPEND | os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(log, (json.dumps(record) + "\n").encode())
    os.close(log)


def _use_of(part):
    """NAME, NAME=WEIGHT or NAME=shared, as a record has it."""
    group, _, how = part.partition("=")
    if how == "shared":
        return {"group": group, "weight": 1, "shared": True}
    return {"group": group, "weight": int(how or 1)}


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
