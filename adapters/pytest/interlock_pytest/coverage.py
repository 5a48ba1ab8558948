"""LCOV of what this process runs, where Bazel asks for it and coverage.py is there."""

import contextlib
import importlib.util
import os


def of_this_process():
    """A context whose lines are recorded, if they are to be."""
    folder = os.environ.get("COVERAGE_DIR")
    if not folder or not importlib.util.find_spec("coverage"):
        return contextlib.nullcontext()
    return _Recorder(folder, _instrumented_files())


def _instrumented_files():
    """The names of the files that Bazel wants to know of, by their real paths.

    Tests see files through links. The manifest has the names that the report is to have.
    """
    root = os.environ.get("ROOT", os.getcwd())
    with open(os.environ["COVERAGE_MANIFEST"], encoding="utf-8") as manifest:
        names = [line.strip() for line in manifest]
    return {os.path.realpath(os.path.join(root, name)): name for name in names if name.endswith(".py")}


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
