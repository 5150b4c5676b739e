# SPDX-License-Identifier: Apache-2.0
"""The mail server of tests and the letters that it has got."""

import email
import email.policy
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

SINK = Path(__file__).with_name("sink.py")


class Mailbox:
    """What a running sink has got."""

    def __init__(self, port, folder):
        self.port, self._folder = port, folder

    @property
    def settings(self):
        """The settings of a cloud that sends to it."""
        return {
            ("mail", "server"): "127.0.0.1",
            ("mail", "port"): self.port,
            ("mail", "security"): "none",
        }

    def letters(self, to=None):
        """Return the letters (to an address) as messages, the oldest first."""
        files = (self._folder / "new").iterdir() if (self._folder / "new").exists() else ()
        found = [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in sorted(files, key=lambda file: file.stat().st_mtime_ns)
        ]
        return [letter for letter in found if to in (None, letter["X-RcptTo"])]

    def only(self, to):
        """Return the one letter to an address."""
        (letter,) = self.letters(to)
        return letter

    def secret(self, to):
        """Return the secret in the link of the last letter to an address."""
        text = self.letters(to)[-1].get_content()
        return re.search(r"#\w+=(\S+)", text)[1]

    def clear(self):
        """Throw all letters away."""
        for letter in (self._folder / "new").glob("*"):
            letter.unlink()


@contextmanager
def running(folder, *certificate):
    """Run a sink; yield its mailbox."""
    box = folder / "box"
    process = subprocess.Popen(
        [sys.executable, str(SINK), str(box), *map(str, certificate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Mailbox(int(process.stdout.readline()), box)
    finally:
        process.communicate(timeout=10)
