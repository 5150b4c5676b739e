# SPDX-License-Identifier: Apache-2.0
"""The settings of a store in a pool."""

from __future__ import annotations

from dataclasses import dataclass

from oslo_config import cfg

from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import BLOCK_BYTES

OPTIONS = [
    cfg.StrOpt("pool", help="The pool; it is not made."),
    cfg.StrOpt(
        "namespace", default="", help="The namespace in the pool; several stores may share a pool."
    ),
    cfg.StrOpt(
        "conf_file", default="/etc/ceph/ceph.conf", help="Where Ceph's own configuration is."
    ),
    cfg.StrOpt("user", default="synnefo", help="As whom to connect: client.NAME without client."),
    cfg.StrOpt("keyring", help="The file with the user's key. Unless set: as conf_file says."),
    cfg.BoolOpt(
        "must_exist",
        default=False,
        help="Refuse to make a store where there is none, for example in the wrong namespace.",
    ),
    cfg.IntOpt(
        "block_bytes",
        default=BLOCK_BYTES,
        min=4096,
        max=64 * 1024 * 1024,
        help="The size of a block. It is fixed when the store is made.",
    ),
    cfg.IntOpt(
        "connect_timeout_s", default=10, min=1, help="How long to wait for the cluster at first."
    ),
    cfg.IntOpt(
        "operation_timeout_s",
        default=30,
        min=1,
        help="How long one call may take; Ceph by itself waits for ever.",
    ),
]


@dataclass(frozen=True)
class Options:
    """The settings as values."""

    pool: str
    namespace: str
    conf_file: str
    user: str
    keyring: str | None
    must_exist: bool
    block_bytes: int
    connect_timeout_s: int
    operation_timeout_s: int

    @classmethod
    def of(cls, setup: DriverSetup) -> Options:
        """Return what ``setup`` says, with the defaults for what it leaves out.

        Raises:
            Misconfigured: There is no pool.
        """
        told = {option.dest: option.default for option in OPTIONS} | dict(setup.settings)
        if not told["pool"]:
            raise Misconfigured(f"the store {setup.name} must name its pool")
        return cls(**told)

    @property
    def ceph(self) -> dict[str, str]:
        """Settings of Ceph's own that go before those of its file."""
        operation = str(self.operation_timeout_s)
        told = {
            "rados_osd_op_timeout": operation,
            "rados_mon_op_timeout": operation,
            "client_mount_timeout": str(self.connect_timeout_s),
        }
        return told | ({"keyring": self.keyring} if self.keyring else {})

    @property
    def place(self) -> str:
        """Where the store is, in words."""
        return f"the pool {self.pool}" + (f", namespace {self.namespace}" if self.namespace else "")
