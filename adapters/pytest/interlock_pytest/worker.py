"""The plugin that makes pytest a worker of the runner."""

import hashlib
import os
import sys
import traceback
import warnings

import pytest

from .ending import Ending, still_running
from .marks import groups_of, is_serial
from .outcome import collected, junit_class, junit_name, outcome, part_of
from .scopes import setup_of
from .terminal import replace_reporter

# Options that make pytest print something and run no test.
_PRINTING = ("cacheshow", "collectonly", "help", "markers", "show_fixtures_per_test", "showfixtures", "version")


class Worker:
    """Runs what the runner tells it to.

    Args:
      channel: The Channel to the runner.
      selection: The Selection of files that are collected.
      wanted: The Filter of items.
    """

    def __init__(self, channel, selection, wanted):
        self._channel = channel
        self._selection = selection
        self._wanted = wanted
        self._ending = Ending()
        self._lists = os.environ.pop("INTERLOCK_LIST", "") == "1"
        self._prints = False
        self._left_out = []
        self._uncollected = []
        self._collected = 0
        self._reports = None
        self._stale = False
        self._failures = {}  # how many failures the session counts for each attempt of each item
        self._exit_of_fork = None
        self._at_terminal = os.environ.pop("INTERLOCK_TERMINAL", "") == "1"

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config):
        self._prints = any(getattr(config.option, name, None) for name in _PRINTING)
        if self._prints:
            self._channel.send("printing")
        if self._prints or self._at_terminal:
            return
        debugging = [name for name in ("usepdb", "trace") if getattr(config.option, name, False)]
        for name in debugging:
            setattr(config.option, name, False)
        if debugging:
            self._channel.send("note", text="--pdb needs a terminal: bazel run NAME_OF_THE_TEST.debug -- --pdb\n")

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        config.pluginmanager.register(self._ending, "interlock-ending")
        if not self._at_terminal and not self._prints:
            replace_reporter(config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session):
        # The runner counts the bad cases of all workers. Otherwise pytest would end the session
        # at the first one.
        option = session.config.option
        self._max_fail = option.maxfail or 0
        if not self._prints:
            option.maxfail = 0

    def pytest_itemcollected(self, item):
        self._collected += 1
        if self._lists and self._collected & (self._collected - 1) == 0:  # a power of two
            self._channel.send("collecting", count=self._collected)

    def pytest_collectreport(self, report):
        if report.failed or report.skipped:
            self._uncollected.append(report)

    def pytest_deselected(self, items):
        self._left_out.extend(items)

    def pytest_warning_recorded(self, warning_message, when, nodeid, location):
        if when == "runtest" or self._lists:
            text = warnings.formatwarning(
                warning_message.message, warning_message.category, warning_message.filename, warning_message.lineno
            )
            self._channel.send("warning", text=text)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if self._prints:
            return None
        self._session = session
        session.testscollected = session.testscollected or self._wanted.left_out
        items = _by_name(session.items)
        if self._lists:
            self._list(items)
        self._channel.send("ready", **self._readiness(items))
        command = self._channel.command()
        while command is not None and command["command"] != "end":
            self._obey(items, command)
            command = self._channel.command()
        if command is not None:
            self._retract(command.get("retried") or [])
        self._end_scopes(None)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        return True

    def _list(self, items):
        for report in self._uncollected:
            name = report.nodeid or "collection"
            self._channel.send(
                "broken",
                case=name,
                name=junit_name(name),
                asked=self._wanted.may_have(name),
                **{"class": self._class(name)},
                **collected(report),
            )
        for name, item in items.items():
            self._describe(name, item, True)
        for name, item in _by_name(self._left_out).items():
            if name not in items:
                self._describe(name, item, False)

    def _describe(self, name, item, asked):
        self._channel.send(
            "case",
            case=name,
            name=junit_name(name),
            file=item.nodeid.partition("::")[0],
            setup=setup_of(item),
            groups=groups_of(item),
            serial=is_serial(item),
            asked=asked,
            **{"class": self._class(item.nodeid)},
        )

    def _class(self, nodeid):
        return junit_class(nodeid, getattr(self._session.config.option, "junitprefix", None))

    def _readiness(self, items):
        config = self._session.config
        max_warnings = getattr(config.option, "max_warnings", None)
        if max_warnings is None:
            max_warnings = _setting(config, "max_warnings")
        return {
            "complete": self._selection.complete,
            "digest": hashlib.sha256("\n".join(sorted(items)).encode("utf-8", "surrogatepass")).hexdigest(),
            "max_fail": self._max_fail,
            "max_warnings": -1 if max_warnings in (None, "") else int(max_warnings),
            "suite": _setting(config, "junit_suite_name") or "",
        }

    def _obey(self, items, command):
        if command["command"] == "run":
            self._run(items, command)
        elif command["command"] == "names":
            self._channel.send("names", cases=list(items))

    def _run(self, items, command):
        env = command.get("env") or {}
        os.environ.update(env)
        for name in command["cases"]:
            if name not in items:
                self._channel.send(
                    "finished",
                    case=name,
                    status="errored",
                    type="collection",
                    message="the worker that was to run it has not collected it: "
                    "what pytest collects has to be the same in each process",
                )
        names = [name for name in command["cases"] if name in items]
        for name, next_name in zip(names, names[1:] + [None]):
            if self._is_told_to_stop():
                break
            item, following = items[name], items.get(next_name)
            status = self._run_item(name, item, following, command["end_scopes"])
            if self._stops() or command["stop_at_bad"] and status in ("failed", "errored"):
                self._leave(item, command["end_scopes"])
                break
        for variable in env:
            os.environ.pop(variable, None)
        self._channel.send("done")

    def _is_told_to_stop(self):
        return self._channel.has_command() and self._channel.command() is not None

    def _stops(self):
        """Whether a hook of the session wants no further test. It tells the runner once."""
        reason = self._session.shouldfail or self._session.shouldstop
        if reason and not self._ending.reason:
            self._stop(str(reason))
        return bool(reason)

    def _stop(self, reason):
        self._ending.reason = reason
        self._channel.send("stopped", message=reason)

    def _leave(self, item, end_scopes):
        """Called if the item that should have followed another one will not."""
        if end_scopes:
            self._end_scopes(_Unknown(item, item.listchain()[:1]))
        else:
            self._stale = True

    def _run_item(self, name, item, following, end_scopes):
        if self._stale:
            self._end_scopes(item)
        # The next item decides which fixtures end with this one. If it is not known yet, the
        # fixtures of the function end. Those of the class and module end too if the groups are
        # given back.
        chain = item.listchain()
        self._stale = following is None and not end_scopes
        if following is None:
            following = _Unknown(item, chain[:1] if end_scopes else chain[:-1])
        self._reports, self._parts = [], []
        counted = self._session.testsfailed
        self._channel.send("started", case=name)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        except (KeyboardInterrupt, pytest.exit.Exception) as stop:
            self._interrupt(name, stop)
            raise
        came_to = outcome(self._reports, self._parts)
        if self._channel.is_forked():
            _leave_fork(self._exit_of_fork, came_to)
        for report in self._parts:
            self._channel.send("finished", case=name, part=part_of(report), **outcome([report]))
        self._channel.send("finished", case=name, **came_to)
        self._reports = None
        self._failures.setdefault(name, []).append(self._session.testsfailed - counted)
        return came_to["status"]

    def pytest_exception_interact(self, call):
        if self._channel.is_forked() and isinstance(call.excinfo.value, SystemExit):
            self._exit_of_fork = call.excinfo.value.code

    def _interrupt(self, name, stop):
        """Reports something that ends the session during an item."""
        reason = _words_of(stop)
        status = "skipped" if getattr(stop, "returncode", None) == 0 else "errored"
        self._channel.send("finished", case=name, status=status, type="interrupted", message=reason)
        self._stop(reason)

    def _end_scopes(self, following):
        """Ends the fixtures that the following item, if any, does not use."""
        self._stale = False
        try:
            self._session._setupstate.teardown_exact(following)
        except (KeyboardInterrupt, pytest.exit.Exception) as stop:
            self._stop(_words_of(stop))
            raise
        except BaseException as error:  # as pytest does in a test
            self._session.testsfailed += 1
            self._channel.send("failed", message="ending fixtures: " + _description_of(error))

    def _retract(self, names):
        """Subtracts what the session counts for attempts that others replace."""
        for name in names:
            if self._failures.get(name):
                self._session.testsfailed -= self._failures[name].pop(0)

    def pytest_runtest_logreport(self, report):
        if self._reports is None:
            return
        if part_of(report) is not None:
            self._parts.append(report)
        elif report.outcome == "rerun":  # of the plugin pytest-rerunfailures: only the last attempt counts
            self._reports, self._parts = [], []
        else:
            self._reports.append(report)

    def tell_end(self, code):
        """Reports how pytest has ended, when only the interpreter is left to end."""
        if self._channel.is_forked():
            os._exit(code)
        self._channel.send(
            "ended",
            exit=code,
            message=self._ending.complaint(code),
            forgives=self._ending.forgives(code),
            waits_for=still_running(),
        )


def _setting(config, name):
    """The value of a setting; None if this pytest, with its enabled plugins, does not have it."""
    return config.getini(name) if name in config._parser._inidict else None


class _Unknown:
    """Stands for an unknown item that shares some collectors with a known one."""

    def __init__(self, item, chain):
        self._item = item
        self._chain = chain

    def listchain(self):
        return self._chain

    def __getattr__(self, name):
        return getattr(self._item, name)


def _by_name(items):
    """Items by their node IDs. Plugins can make several items with the same node ID."""
    named = {}
    for item in items:
        name, number = item.nodeid, 1
        while name in named:
            number += 1
            name = "%s (%d)" % (item.nodeid, number)
        named[name] = item
    return named


def _description_of(error):
    """The exception in one line, followed by Python's full description."""
    last = traceback.format_exception_only(type(error), error)[-1].strip()
    return "%s\n%s" % (last, "".join(traceback.format_exception(type(error), error, error.__traceback__)))


def _words_of(stop):
    if isinstance(stop, KeyboardInterrupt):
        return "KeyboardInterrupt"
    return "pytest.exit: %s" % stop


def _leave_fork(code, came_to):
    """Ends a forked process that has returned from the test as if it were the original one."""
    if code is None:
        code = 1 if came_to["status"] in ("failed", "errored") else 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)
