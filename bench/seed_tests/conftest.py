"""Writes down what ran when, for whoever wants to know it from outside.

Each test adds a line of JSON to the file that SEED_LOG names, when it has ended. A relative name is one of the
folder where Bazel collects what a test leaves behind.
"""

import json
import os
import time

import pytest

_WORST = ["passed", "skipped", "failed"]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    begin = time.monotonic_ns()
    item.outcomes = []
    try:
        return (yield)
    finally:
        _write(
            case=item.nodeid.partition("@")[0],  # xdist adds the group
            group=_group(item),
            worker=os.environ.get("PYTEST_XDIST_WORKER", "master"),
            process=os.getpid(),
            begin=begin,
            end=time.monotonic_ns(),
            outcome=max(item.outcomes, key=_WORST.index, default="failed"),
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    item.outcomes.append(report.outcome)
    return report


def _group(item):
    mark = item.get_closest_marker("xdist_group")
    return mark.args[0] if mark else ""


def _write(**line):
    name = os.environ.get("SEED_LOG")
    if not name:
        return
    path = os.path.join(os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR", ""), name)
    # One write to the end of the file: several processes do.
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(log, (json.dumps(line) + "\n").encode())
    finally:
        os.close(log)
