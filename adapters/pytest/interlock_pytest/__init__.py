"""Pytest as a program that rules_interlock runs, item by item.

The runner starts it once for each of its workers. Each collects as ever, tells what it has
collected, and then runs what it is told to, one item after the other: docs/adapters.md describes the
protocol. Without the runner it is pytest, and runs all that it collects.
"""

import os

import pytest

from . import coverage
from .arguments import Selection
from .channel import Channel, is_asked_for
from .cov import NoCov
from .marks import Marks
from .worker import Worker
from .xdist import AsWorker, WithoutXdist


def main(args, files=None, data=(), config=None):
    """Runs pytest, and returns its exit code.

    Args:
      args: The program's arguments, which are pytest's.
      files: Paths of the sources in which pytest is to look for tests, as seen from the current folder. None leaves
        it to pytest.
      data: Paths of other files, which pytest may look at where they lie beside sources.
      config: Path of pytest's configuration file. None looks for one beside and above the files.
    """
    asked = is_asked_for()
    wanted = os.environ.pop("INTERLOCK_FILTER", "") if asked else ""
    selection = Selection(wanted=wanted, files=files, data=data, config=config)
    plugins = [Marks(), selection, WithoutXdist()]
    if asked:
        plugins += [NoCov(), Worker(Channel(), selection)]
        if os.environ.pop("INTERLOCK_IN_ORDER", "") != "1":
            plugins.append(AsWorker())
    with coverage.of_this_process():
        return pytest.main(selection.options() + args, plugins=plugins)
