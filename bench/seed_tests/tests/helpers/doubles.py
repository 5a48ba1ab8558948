"""What stands for the real thing."""


class Flaky:
    """An action that fails so many times before it works."""

    def __init__(self, failures, result, error=OSError):
        self._failures = failures
        self._result = result
        self._error = error
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self._failures:
            raise self._error(f"failure {self.calls}")
        return self._result


class Recorder:
    """A function that remembers what it was called with."""

    def __init__(self, result=None):
        self._result = result
        self.arguments = []

    def __call__(self, *arguments):
        self.arguments.append(arguments)
        return self._result(*arguments) if self._result else None
