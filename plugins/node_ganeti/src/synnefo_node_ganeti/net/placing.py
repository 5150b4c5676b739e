# SPDX-License-Identifier: Apache-2.0
"""Put tables in the kernel: only what changes, unless what is there is not what was put there."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from synnefo_node_ganeti.net import files, tables
from synnefo_node_ganeti.net.programs import ProgramFailed, run
from synnefo_node_ganeti.net.tables import FRAMES, TABLE, Table, Tables

log = logging.getLogger(__name__)


class Placing:
    """The tables in the kernel, and a file that tells what was put there last.

    The file may be lost, and what it tells need not be so any more: then all is put there anew.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def put(self, wanted: Tables) -> None:
        """Have the kernel's tables be these; connections that are known already stay so.

        Raises:
            ProgramFailed: The kernel does not want them.
        """
        before = self._before()
        if before is None:
            log.info("all rules are put in place")
            texts = tables.anew(wanted)
        else:
            texts = tables.changes(before, wanted)
        for text in texts:
            run(["nft", "-f", "-"], text=text)
        if texts:
            self._remember(wanted)

    def check(self, wanted: Tables) -> None:
        """Ask whether the kernel would take tables in place of those that there are; none is changed.

        Raises:
            ProgramFailed: It would not.
        """
        run(["nft", "--check", "-f", "-"], text=tables.replacing(wanted))

    def clear(self) -> None:
        """Take all tables away."""
        run(["nft", "-f", "-"], text=tables.nothing())
        files.remove(self._file)

    def _before(self) -> Tables | None:
        """Return what is in the kernel; None if that is nothing that we know."""
        try:
            known = json.loads(self._file.read_text())
            before = {family: Table(**known["tables"][family]) for family in FRAMES}
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
        is_so = known["frames"] == _digest(FRAMES) and known["kernel"] == _in_kernel()
        return before if is_so else None

    def _remember(self, placed: Tables) -> None:
        content = {
            "frames": _digest(FRAMES),
            "kernel": _in_kernel(),
            "tables": {family: asdict(table) for family, table in placed.items()},
        }
        files.write(self._file, json.dumps(content))


def _in_kernel() -> str:
    """Return a text that is another one when the tables in the kernel are others."""
    try:
        said = [run(["nft", "-j", "list", "table", family, TABLE]) for family in FRAMES]
    except ProgramFailed:  # there is none
        return ""
    objects = [_ordered(each) for text in said for each in json.loads(text)["nftables"]]
    return _digest(objects)


def _ordered(told: dict[str, Any]) -> dict[str, Any]:
    """Return what nftables tells of an object without what changes though the object does not."""
    content = {kind: about for kind, about in told.items() if kind != "metainfo"}
    for about in content.values():
        about.pop("handle", None)
        if "elem" in about:
            about["elem"] = sorted(about["elem"], key=lambda each: json.dumps(each))
    return content


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
