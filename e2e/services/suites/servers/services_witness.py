"""A plugin of pytest by which a test that is given a server writes down when it uses it.

Each line is a record of e2e/witness/caselog, written with one write(2).
"""

import json
import os
import uuid

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    if "SERVICES_INSTANCE" not in os.environ:
        return (yield)
    use = f"{item.nodeid} {uuid.uuid4()}"
    _say("start", use)
    try:
        return (yield)
    finally:
        _say("end", use)


def _say(event, use):
    env = os.environ
    uses = {
        "group": env["SERVICES_GROUP"],
        "weight": 1,
        "slots": [int(env["SERVICES_UNIT"])],
        "instances": [env["SERVICES_INSTANCE"]],
    }
    record = {"event": event, "run": env["TEST_TARGET"], "case": use, "pid": os.getpid(), "uses": [uses]}
    with open(os.path.join(env["SERVICES_DIR"], "uses"), "ab", buffering=0) as log:
        log.write(json.dumps(record).encode() + b"\n")
