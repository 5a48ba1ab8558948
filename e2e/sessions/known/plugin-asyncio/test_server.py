import asyncio
import os

import pytest
import pytest_asyncio

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "master")
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def note(line):
    """Returns how many lines there are now."""
    with open(os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "session"), "a+") as ledger:
        ledger.write(line)
        ledger.seek(0)
        return len(ledger.readlines())


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server():
    came = note("up %s\n" % WORKER)
    async with asyncio.timeout(20):  # for a second worker
        while WORKERS > 1 and came < 2:
            await asyncio.sleep(0.05)
            came = note("")
    yield asyncio.get_running_loop()
    await asyncio.sleep(0)
    note("down %s\n" % WORKER)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("number", range(6))
async def test_same_loop(server, number):
    await asyncio.sleep(0)
    assert asyncio.get_running_loop() is server


@pytest.mark.asyncio
async def test_own_loop(server):
    assert asyncio.get_running_loop() is not server


@pytest.mark.asyncio(loop_scope="module")
async def test_loop_of_module(server):
    assert asyncio.get_running_loop() is not server
