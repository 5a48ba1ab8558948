"""Where tmp_path is."""

import os

import pytest


class Temporary:
    """Puts the temporary folders of all workers of a run beside one another, as pytest-xdist does.

    So files that the workers share may be in `tmp_path_factory.getbasetemp().parent`. The runner
    has made the folder where paths are short, because the path of a Unix socket has room for 107
    bytes.

    Args:
      name: The name of this process's own part.
    """

    def __init__(self, name):
        self._shared = os.environ.pop("INTERLOCK_SHARED_TMPDIR", "")
        self._name = name

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        shared = getattr(config.option, "basetemp", None) or self._shared
        if shared:
            os.makedirs(shared, exist_ok=True)
            config.option.basetemp = os.path.join(shared, self._name)
