"""LCOV of what this process runs, if Bazel asks for it and coverage.py is installed."""

import contextlib
import importlib.util
import os
import re


def of_this_process():
    """A context whose lines are recorded, if that is needed.

    The bootstrap of newer rules_python records by itself where its toolchain has coverage.py. A
    second recorder would take the lines from it, or be refused by the interpreter.
    """
    folder = os.environ.get("COVERAGE_DIR")
    if not folder or not importlib.util.find_spec("coverage") or _is_recorded():
        return contextlib.nullcontext()
    return _Recorder(folder, _instrumented_files())


def _is_recorded():
    from coverage import Coverage

    return Coverage.current() is not None


def _instrumented_files():
    """The names of the files that Bazel wants in the report, by their real paths.

    The manifest has the names for the report. Tests see the files through links among the
    runfiles, and need not have them anywhere else.
    """
    with open(os.environ["COVERAGE_MANIFEST"], encoding="utf-8") as manifest:
        names = [line.strip() for line in manifest]
    return {os.path.realpath(_runfile(name)): name for name in names if name.endswith(".py")}


def _runfile(name):
    """The path among the runfiles of a file whose name is relative to Bazel's execution root."""
    runfiles = os.environ["TEST_SRCDIR"]
    name = re.sub("^bazel-out/[^/]*/bin/", "", name)
    if name.startswith("external/"):
        return os.path.join(runfiles, name[len("external/") :])
    return os.path.join(runfiles, os.environ["TEST_WORKSPACE"], name)


class _Recorder:
    def __init__(self, folder, names):
        from coverage import Coverage

        self._folder = folder
        self._names = names
        self._coverage = Coverage(data_file=None, config_file=False, include=list(names) or ["/nothing"])

    def __enter__(self):
        self._coverage.start()

    def __exit__(self, *_):
        self._coverage.stop()
        os.makedirs(self._folder, exist_ok=True)
        # Bazel merges all files of that name.
        with open(os.path.join(self._folder, "python.dat"), "w", encoding="utf-8") as report:
            for path in sorted(self._coverage.get_data().measured_files()):
                if path in self._names:
                    report.write(self._record(path))

    def _record(self, path):
        _, statements, _, missing, _ = self._coverage.analysis2(path)
        missing = set(missing)
        lines = ["DA:%d,%d\n" % (line, line not in missing) for line in statements]
        counts = "LH:%d\nLF:%d\n" % (len(statements) - len(missing), len(statements))
        return "SF:%s\n%s%send_of_record\n" % (self._names[path], "".join(lines), counts)
