# SPDX-License-Identifier: Apache-2.0
"""Whether this node is the one that speaks for the cluster."""

from __future__ import annotations

from pathlib import Path


class Mastership:
    """Ganeti writes the master's name to a file on every node when it changes."""

    def __init__(self, ganeti_directory: Path, node_name: str) -> None:
        self._file = ganeti_directory / "ssconf_master_node"
        self._node_name = node_name

    def is_ours(self) -> bool:
        """Whether this node is the master; a node of no cluster is not."""
        try:
            return self._file.read_text().strip() == self._node_name
        except FileNotFoundError:
            return False
