"""Pytest as a program that rules_interlock runs, item by item.

The runner starts it once for each of its workers. Each collects as ever, tells what it has
collected, and then runs what it is told to, one item after the other: docs/adapters.md describes the
protocol. Without the runner it is pytest, and runs all that it collects.
"""

import os

from .bytecode import share_bytecode

share_bytecode()  # of all that is imported from here on

import pytest

from . import arguments, coverage, fixtures
from .channel import Channel, is_asked_for
from .cov import NoCov
from .marks import Marks
from .worker import Worker
from .xdist import Options


def main(args, files=None, config=None):
    """Runs pytest, and returns its exit code.

    Args:
      args: The program's arguments, which are pytest's.
      files: Paths of the files that pytest is to look at, as seen from the current folder. None leaves it
        to pytest.
      config: Path of pytest's configuration file. None looks for one beside and above the files.
    """
    asked = is_asked_for()
    wanted = os.environ.pop("INTERLOCK_FILTER", "") if asked else ""
    line = arguments.Arguments(args, wanted=wanted, files=files, config=config)
    plugins = [Marks(), line.plugin()]
    if asked:
        plugins += [NoCov(), Worker(Channel(), complete=line.complete)]
    if not arguments.has_xdist(args):
        plugins.append(Options())
        if not asked:
            plugins.append(fixtures)
    with coverage.of_this_process():
        return pytest.main(line.list(), plugins=plugins)
