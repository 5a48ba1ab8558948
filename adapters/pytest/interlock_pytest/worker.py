"""The plugin that makes pytest a worker of the runner."""

import os
import warnings

import pytest

from .marks import groups_of, is_serial
from .outcome import collected, outcome, part_of
from .scopes import setup_of
from .silence import replace_reporter


class Worker:
    """Runs what the runner hands it.

    Args:
      channel: The Channel to the runner.
      selection: The Selection of what is collected.
    """

    def __init__(self, channel, selection):
        self._channel = channel
        self._selection = selection
        self._lists = os.environ.pop("INTERLOCK_LIST", "") == "1"
        self._left_out = []
        self._uncollected = []
        self._collected = 0
        self._reports = None
        self._stale = False
        self._at_terminal = os.environ.pop("INTERLOCK_TERMINAL", "") == "1"

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config):
        if self._at_terminal:
            return
        debugging = [name for name in ("usepdb", "trace") if getattr(config.option, name, False)]
        for name in debugging:
            setattr(config.option, name, False)
        if debugging:
            self._channel.send("warning", text="--pdb needs a terminal: bazel run NAME_OF_THE_TEST.debug -- --pdb\n")

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        if not self._at_terminal:
            replace_reporter(config)

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
        if session.config.option.collectonly:
            return None
        self._session = session
        items = _by_name(session.items)
        if self._lists:
            self._list(items)
        max_fail = session.config.getvalue("maxfail") or 0
        self._channel.send("ready", max_fail=max_fail, complete=self._selection.complete)
        for command in self._channel.commands():
            if command["command"] == "end":
                break
            self._run(items, command)
        self._end_scopes(None)
        return True

    def _list(self, items):
        for report in self._uncollected:
            self._channel.send("broken", case=report.nodeid or "collection", **collected(report))
        for name, item in items.items():
            self._describe(name, item, True)
        for name, item in _by_name(self._left_out).items():
            if name not in items:
                self._describe(name, item, False)

    def _describe(self, name, item, asked):
        path, _, rest = item.nodeid.partition("::")
        classes = _outside_of_brackets(rest).split("::")[:-1]
        module = path[:-3].replace("/", ".") if path.endswith(".py") else path
        self._channel.send(
            "case",
            case=name,
            file=path,
            setup=setup_of(item),
            groups=groups_of(item),
            serial=is_serial(item),
            asked=asked,
            **{"class": ".".join([module] + classes)},
        )

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
            item, following = items[name], items.get(next_name)
            status = self._run_item(name, item, following, command["end_scopes"])
            if command["stop_at_bad"] and status in ("failed", "errored"):
                self._leave(item, command["end_scopes"])
                break
        for variable in env:
            os.environ.pop(variable, None)
        self._channel.send("done")

    def _leave(self, item, end_scopes):
        """Is called if what was to follow an item is not going to."""
        if end_scopes:
            self._end_scopes(_Unknown(item, item.listchain()[:1]))
        else:
            self._stale = True

    def _run_item(self, name, item, following, end_scopes):
        if self._stale:
            self._end_scopes(item)
        # What comes next decides which fixtures end with this item. If that is not known yet, those of
        # its function end; those of its class and module do too if the groups are given back.
        chain = item.listchain()
        self._stale = following is None and not end_scopes
        if following is None:
            following = _Unknown(item, chain[:1] if end_scopes else chain[:-1])
        self._reports, self._parts = [], []
        self._channel.send("started", case=name)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        came_to = outcome(self._reports, self._parts)
        for report in self._parts:
            self._channel.send("finished", case=name, part=part_of(report), **outcome([report]))
        self._channel.send("finished", case=name, **came_to)
        self._reports = None
        # What became of the tests, and what follows from it, is the runner's to tell.
        self._session.shouldfail = self._session.shouldstop = False
        return came_to["status"]

    def _end_scopes(self, following):
        """Ends the fixtures that the following item, if there is one, does not have."""
        self._stale = False
        try:
            self._session._setupstate.teardown_exact(following)
        except BaseException as error:  # as pytest does in a test
            if isinstance(error, KeyboardInterrupt):
                raise
            excinfo = pytest.ExceptionInfo.from_current()
            self._channel.send("failed", message="ending fixtures: " + str(excinfo.getrepr(style="short")))

    def pytest_runtest_logreport(self, report):
        if self._reports is None:
            return
        if part_of(report) is not None:
            self._parts.append(report)
        elif report.outcome == "rerun":  # of the plugin pytest-rerunfailures: only the last attempt counts
            self._reports, self._parts = [], []
        else:
            self._reports.append(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        self._channel.send("ended", exit=int(session.exitstatus))


class _Unknown:
    """Stands for an item that is not known, but for the collectors that it has in common with another one."""

    def __init__(self, item, chain):
        self._item = item
        self._chain = chain

    def listchain(self):
        return self._chain

    def __getattr__(self, name):
        return getattr(self._item, name)


def _by_name(items):
    """Items by their node IDs. Plugins can make several of one node ID."""
    named = {}
    for item in items:
        name, number = item.nodeid, 1
        while name in named:
            number += 1
            name = "%s (%d)" % (item.nodeid, number)
        named[name] = item
    return named


def _outside_of_brackets(name):
    """The part of a name before the parameters, in which there may be any characters."""
    return name.partition("[")[0]
