"""What a test finds around it, in every sandbox."""

import pathlib
import socket


def test_root_conftest_is_loaded_once(pytestconfig):
    assert pytestconfig.getoption("--colour") == "green"
    assert pytestconfig.times == 1


def test_rootdir_is_the_workspace(pytestconfig, request):
    assert pytestconfig.rootpath == pathlib.Path.cwd()
    assert request.node.nodeid.startswith("sandbox/test_place.py::")


def test_socket(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "server.sock"))
