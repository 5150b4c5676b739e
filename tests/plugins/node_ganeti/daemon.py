# SPDX-License-Identifier: Apache-2.0
"""The daemon as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("synnefo-eventd")

CONFIGURATION = """\
[DEFAULT]
node_name = {node}
ganeti_directory = {ganeti}
state_directory = {directory}/state
heartbeat_s = {heartbeat_s}
check_s = 0.2

[bus]
urls = {url}
namespace = {namespace}
"""


class Daemon:
    """``synnefo-eventd`` with a configuration file of its own."""

    def __init__(self, directory: Path, **told) -> None:
        self._file, self.log = directory / "eventd.conf", directory / "eventd.log"
        text = CONFIGURATION.format(directory=directory, **{"heartbeat_s": 0.2, **told})
        self._file.write_text(text)
        self._file.chmod(0o600)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(COMMAND), "--config", str(self._file)], stderr=log, stdout=log
            )

    def kill(self) -> None:
        """End it at whatever it does."""
        self._process.kill()
        self._process.wait(20)

    def terminate(self) -> int:
        """Ask it to end; return its exit code."""
        self._process.terminate()
        return self._process.wait(20)

    def stop(self) -> None:
        """End it if it runs."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
