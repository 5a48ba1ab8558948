"""A stand-in for pytest's terminal reporter."""

import io

from _pytest.config import create_terminal_writer


class Silence:
    """Prints nothing.

    The runner tells of the tests of all workers, so the reporter of one would only tell a part, and keep all
    of its reports in memory. But pytest and its plugins expect that there is one.
    """

    def __init__(self, config):
        self.config = config
        self.hasmarkup = self.isatty = self.showfspath = False
        self.verbosity = config.option.verbose
        self.stats = {}
        self._tw = create_terminal_writer(config, io.StringIO())

    def write(self, *_args, **_kwargs):
        """As the reporter has it, and so are all others."""

    flush = write_line = write_sep = write_ensure_prefix = ensure_newline = rewrite = section = line = write

    def summary_stats(self):
        """As the reporter has it."""

    def getreports(self, _name):
        """As the reporter has it: there are none."""
        return []


def replace_reporter(config):
    """Puts the stand-in in the reporter's place."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter:
        config.pluginmanager.unregister(reporter)
        config.pluginmanager.register(Silence(config), "terminalreporter")
