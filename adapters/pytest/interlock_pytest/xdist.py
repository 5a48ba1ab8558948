"""What suites expect from pytest-xdist, which does not run here even if it is installed."""

import os
import random

import pytest

from . import fixtures, xdist_hooks

# xdist's command line options (version 3.8), with the defaults in its workers. Suites have them
# in their addopts, and conftest files read their values.
_FLAGS = {
    "-d": ("distload", False),
    "-f": ("looponfail", False),
    "--looponfail": ("looponfail", False),
    "--boxed": ("boxed", False),
    "--loadscope-reorder": ("loadscopereorder", True),
    "--no-loadscope-reorder": ("noloadscopereorder", False),
}
_WITH_VALUES = {
    ("-n", "--numprocesses"): ("numprocesses", None),
    ("--dist",): ("dist", "no"),
    ("--maxprocesses",): ("maxprocesses", None),
    ("--max-worker-restart",): ("maxworkerrestart", None),
    ("--maxschedchunk",): ("maxschedchunk", None),
    ("--testrunuid",): ("testrunuid", None),
}
_LISTS = {"--px": "px", "--rsyncdir": "rsyncdir", "--rsyncignore": "rsyncignore", "--tx": "tx"}
_SETTINGS = ("looponfailroots", "rsyncdirs", "rsyncignore")


class WithoutXdist:
    """Accepts xdist's options and hooks, without effect: the runner decides about the workers.

    Args:
      channel: The Channel to the runner; None if there is none.
    """

    def __init__(self, channel=None):
        self._channel = channel

    @staticmethod
    def options():
        """Options for pytest's command line, to go before the user's.

        Suites and plugins see the same whether xdist is installed or not: otherwise some plugins
        would expect a process that controls the workers.
        """
        return ["-p", "no:xdist"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config, parser):
        if early_config.pluginmanager.hasplugin("xdist"):
            return
        for flag, (name, value) in _FLAGS.items():
            _declare(parser, [flag], action="store_true", dest=name, default=value)
        for options, (name, value) in _WITH_VALUES.items():
            _declare(parser, options, dest=name, default=value)
        for option, name in _LISTS.items():
            _declare(parser, [option], action="append", dest=name, default=[])
        for setting in _SETTINGS:
            if setting not in parser._inidict:
                parser.addini(setting, "ignored")
        early_config.pluginmanager.add_hookspecs(xdist_hooks)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        config.option.numprocesses, config.option.dist, config.option.tx = None, "no", []
        if not config.pluginmanager.hasplugin("xdist"):
            config.pluginmanager.register(fixtures, "interlock-fixtures")

    def pytest_collection_finish(self, session):
        if self._channel is None:
            return
        for name in xdist_hooks.names():
            for impl in getattr(session.config.hook, name).get_hookimpls():
                path = getattr(impl.plugin, "__file__", "") or ""
                if os.path.basename(path) == "conftest.py":
                    self._channel.send(
                        "note",
                        text="%s: %s is a hook of the process that controls the workers of pytest-xdist; there is none "
                        "here, so it is not called\n" % (os.path.relpath(path, session.config.rootpath), name),
                    )


def _declare(parser, options, **kwargs):
    # -f belongs to a separate plugin, which -p no:xdist does not disable.
    declared = {name for group in parser._groups for known in group.options for name in known.names()}
    missing = [option for option in options if option not in declared]
    if missing:
        group = parser.getgroup("xdist", "ignored: the runner of rules_interlock has the workers")
        # Only pytest itself may declare short options, and xdist does it like this, too.
        group._addoption(*missing, help="ignored", **kwargs)


class AsWorker:
    """Makes a worker of the runner look like one of xdist to the tests and to plugins.

    Args:
      channel: The Channel to the runner.
    """

    def __init__(self, channel):
        self._channel = channel
        self._output = {}
        self._name = "gw" + os.environ["INTERLOCK_WORKER"]
        os.environ["PYTEST_XDIST_WORKER"] = self._name
        os.environ["PYTEST_XDIST_WORKER_COUNT"] = os.environ["INTERLOCK_WORKERS"]
        os.environ["PYTEST_XDIST_TESTRUNUID"] = os.environ["INTERLOCK_RUN_ID"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        run = os.environ["INTERLOCK_RUN_ID"]
        # Plugins and conftest files tell workers by this from the process that controls them. In
        # that process, pytest-randomly would add the last entry.
        seed = getattr(config.option, "randomly_seed", None)
        config.workerinput = {
            "workerid": self._name,
            "workercount": int(os.environ["INTERLOCK_WORKERS"]),
            "testrunuid": run,
            "mainargv": [],
            "randomly_seed": seed if isinstance(seed, int) else random.Random(run).getrandbits(32),
        }
        # What workers send to that process.
        self._output = config.workeroutput = {}

    def pytest_unconfigure(self):
        if self._output:
            self._channel.send(
                "note",
                text="%s: this is for the process that controls the workers of pytest-xdist; there is none here, so nobody "
                "checks it\n" % ", ".join("workeroutput[%r]" % name for name in sorted(map(str, self._output))),
            )
