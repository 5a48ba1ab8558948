"""Runs a command at a terminal of its own, and types once the command has asked for it.

Usage: terminal.py PROMPT TEXT COMMAND [ARG...]
"""

import os
import pty
import sys


def main(prompt, text, *command):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    seen, typed = b"", False
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux's way to say that nobody has the other end open any more
            part = b""
        if not part:
            break
        seen += part
        sys.stdout.buffer.write(part)
        sys.stdout.flush()
        if not typed and prompt.encode() in seen:
            typed = True
            os.write(terminal, (text + "\n").encode())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
