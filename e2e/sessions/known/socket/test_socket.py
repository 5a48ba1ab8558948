import socket


def test_listens(tmp_path):
    """The path of a Unix socket may have about a hundred letters."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "server.sock"))
    listener.close()
