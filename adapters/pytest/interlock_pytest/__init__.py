"""Pytest as a program that rules_interlock runs, item by item.

The runner starts it once for each of its workers. Each worker collects as usual, reports what it
has collected, and then runs what it is told to, one item after the other.
docs/reference/adapters.md describes the protocol. Without the runner it is plain pytest, and runs
everything that it collects.
"""

import os
import sys

try:
    import pytest
except ModuleNotFoundError as error:
    if error.name != "pytest":
        raise
    sys.exit("pytest is not installed for this test\nhint: add it to the deps of the target, such as @pypi//pytest")

from . import coverage, stacks
from .arguments import Selection
from .channel import Channel, is_asked_for
from .cov import NoCov
from .filter import Filter
from .marks import Marks
from .records import Records
from .temporary import Temporary
from .worker import Worker
from .xdist import AsWorker, WithoutXdist


def main(args, files=None, data=(), config=None):
    """Runs pytest, and returns its exit code.

    Args:
      args: Arguments for pytest.
      files: Paths of the sources in which pytest looks for tests, relative to the current folder.
        None leaves it to pytest.
      data: Paths of other files, which pytest may look at if they lie beside sources.
      config: Path of pytest's configuration file. With None, pytest looks for one beside and above
        the files.
    """
    if not is_asked_for():
        selection = Selection(files=files, data=data, config=config)
        return _run(args, selection, [WithoutXdist()])
    channel = Channel()
    stacks.print_on_demand(channel)
    wanted = Filter(os.environ.pop("INTERLOCK_FILTER", ""))
    selection = Selection(files=files, data=data, config=config, wanted=wanted)
    worker = Worker(channel, selection, wanted)
    plugins = [wanted, WithoutXdist(channel), NoCov(), Records(channel), worker]
    in_order = os.environ.pop("INTERLOCK_IN_ORDER", "") == "1"
    plugins += [Temporary("main")] if in_order else [AsWorker(channel), Temporary("popen-gw" + os.environ["INTERLOCK_WORKER"])]
    code = _run(args, selection, plugins)
    worker.tell_end(int(code))
    channel.close()
    return code


def _run(args, selection, plugins):
    with coverage.of_this_process():
        return pytest.main(WithoutXdist.options() + selection.options() + args, plugins=[Marks(), selection] + plugins)
