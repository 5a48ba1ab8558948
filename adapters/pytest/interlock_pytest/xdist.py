"""What suites expect of pytest-xdist, which does not run here, whether it is installed or not."""

import os

import pytest

from . import fixtures

# Of xdist's own command line and configuration (version 3.8). Suites have them in their addopts.
_FLAGS = ("-f", "--looponfail", "-d", "--boxed", "--loadscope-reorder", "--no-loadscope-reorder")
_WITH_VALUES = (
    "-n",
    "--numprocesses",
    "--dist",
    "--maxprocesses",
    "--max-worker-restart",
    "--maxschedchunk",
    "--px",
    "--rsyncdir",
    "--rsyncignore",
    "--testrunuid",
    "--tx",
)
_SETTINGS = ("looponfailroots", "rsyncdirs", "rsyncignore")


class WithoutXdist:
    """Accepts xdist's options, which mean nothing here: the runner decides how many workers there are."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config, parser):
        if early_config.pluginmanager.hasplugin("xdist"):
            return
        for flag in _FLAGS:
            _declare(parser, flag, action="store_true", dest="interlock_ignored")
        for option in _WITH_VALUES:
            _declare(parser, option, action="append", dest="interlock_ignored_values")
        for setting in _SETTINGS:
            if setting not in parser._inidict:
                parser.addini(setting, "ignored")

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        if config.pluginmanager.hasplugin("xdist"):
            config.option.numprocesses, config.option.dist, config.option.tx = 0, "no", []
        else:
            config.pluginmanager.register(fixtures, "interlock-fixtures")


def _declare(parser, option, **kwargs):
    # -f is that of a plugin of its own, which -p no:xdist leaves in place.
    if any(option in declared.names() for group in parser._groups for declared in group.options):
        return
    group = parser.getgroup("xdist", "ignored: the runner of rules_interlock has the workers")
    # Short options are pytest's own to declare, and xdist does it so, too.
    group._addoption(option, help="ignored", **kwargs)


class AsWorker:
    """Makes a worker of the runner look like one of xdist to the tests and to plugins."""

    def __init__(self):
        self._name = "gw" + os.environ["INTERLOCK_WORKER"]
        os.environ["PYTEST_XDIST_WORKER"] = self._name
        os.environ["PYTEST_XDIST_WORKER_COUNT"] = os.environ["INTERLOCK_WORKERS"]
        os.environ["PYTEST_XDIST_TESTRUNUID"] = os.environ["INTERLOCK_RUN_ID"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        run = os.environ["INTERLOCK_RUN_ID"]
        # By this, plugins and conftest files tell workers from the process that controls them. The
        # last one is what pytest-randomly's own part in that process would add.
        config.workerinput = {
            "workerid": self._name,
            "workercount": int(os.environ["INTERLOCK_WORKERS"]),
            "testrunuid": run,
            "mainargv": [],
            "randomly_seed": sum(run.encode()),
        }
