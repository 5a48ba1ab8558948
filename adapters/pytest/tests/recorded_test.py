"""A process that something else records already is not recorded a second time."""

import contextlib
import os
import tempfile

import coverage
from interlock_pytest.coverage import of_this_process

with tempfile.TemporaryDirectory() as folder:
    manifest = os.path.join(folder, "manifest")
    with open(manifest, "w", encoding="utf-8") as names:
        names.write("leap/calendar.py\n")
    os.environ.update(COVERAGE_DIR=os.path.join(folder, "out"), COVERAGE_MANIFEST=manifest)
    os.environ.setdefault("TEST_WORKSPACE", "_main")

    alone = of_this_process()
    assert not isinstance(alone, contextlib.nullcontext), alone

    recorder = coverage.Coverage(data_file=None, config_file=False)
    recorder.start()
    beside = of_this_process()
    with beside:
        pass
    recorder.stop()
    assert isinstance(beside, contextlib.nullcontext), beside
    assert not os.path.exists(os.environ["COVERAGE_DIR"]), "a report was written"
