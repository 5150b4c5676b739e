# SPDX-License-Identifier: Apache-2.0
"""The settings of a store on a directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg

from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import BLOCK_BYTES

OPTIONS = [
    cfg.StrOpt(
        "path",
        help="The directory of the store. Unless set: the private directory of the driver.",
    ),
    cfg.BoolOpt(
        "must_exist",
        default=False,
        help="Refuse to make a store where there is none, for example because the directory "
        "is not mounted.",
    ),
    cfg.BoolOpt(
        "is_shared",
        help="Whether other machines see the directory. Unless set: true when path is set.",
    ),
    cfg.IntOpt(
        "block_bytes",
        default=BLOCK_BYTES,
        min=4096,
        max=64 * 1024 * 1024,
        help="The size of a block. It is fixed when the store is made.",
    ),
    cfg.BoolOpt(
        "fsync",
        default=True,
        help="Wait until the disk has what was written. Without it a power cut loses data "
        "that was acknowledged.",
    ),
]


@dataclass(frozen=True)
class Options:
    """The settings as values."""

    path: Path
    must_exist: bool
    is_shared: bool
    block_bytes: int
    fsync: bool

    @classmethod
    def of(cls, setup: DriverSetup) -> Options:
        """Return what ``setup`` says, with the defaults for what it leaves out."""
        told = {option.dest: option.default for option in OPTIONS} | dict(setup.settings)
        path, is_shared = told["path"], told["is_shared"]
        return cls(
            path=Path(path) if path else setup.state_directory / "blocks",
            must_exist=told["must_exist"],
            is_shared=bool(path) if is_shared is None else is_shared,
            block_bytes=told["block_bytes"],
            fsync=told["fsync"],
        )
