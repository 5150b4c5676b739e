# SPDX-License-Identifier: Apache-2.0
"""The settings of a store in a bucket."""

from __future__ import annotations

from dataclasses import dataclass

from oslo_config import cfg

from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import BLOCK_BYTES

OPTIONS = [
    cfg.StrOpt("bucket", help="The bucket. It must not keep old versions of objects."),
    cfg.StrOpt("prefix", default="", help='What all keys begin with: "synnefo/".'),
    cfg.StrOpt("endpoint_url", help="Where the server is; unless set: Amazon's."),
    cfg.StrOpt("region", default="us-east-1", help="The region that requests are signed for."),
    cfg.StrOpt("access_key", help="Unless set: as boto3 finds it (environment, profile, role)."),
    cfg.StrOpt("secret_key", secret=True, help="The secret of access_key."),
    cfg.StrOpt("ca_file", help="The certificates that the server's is checked against."),
    cfg.StrOpt(
        "addressing",
        default="path",
        choices=["path", "virtual", "auto"],
        help="Whether the bucket is in the path or in the name of the server.",
    ),
    cfg.BoolOpt("create_bucket", default=False, help="Make the bucket when it is not there."),
    cfg.BoolOpt(
        "must_exist",
        default=False,
        help="Refuse to make a store where there is none, for example in the wrong bucket.",
    ),
    cfg.IntOpt(
        "block_bytes",
        default=BLOCK_BYTES,
        min=4096,
        max=64 * 1024 * 1024,
        help="The size of a block. It is fixed when the store is made.",
    ),
    cfg.FloatOpt("connect_timeout_s", default=5.0, min=0.1, help="How long to wait to connect."),
    cfg.FloatOpt("read_timeout_s", default=60.0, min=0.1, help="How long to wait for data."),
    cfg.IntOpt("attempts", default=5, min=1, max=20, help="How often a call is tried in all."),
]


@dataclass(frozen=True)
class Options:
    """The settings as values."""

    bucket: str
    prefix: str
    endpoint_url: str | None
    region: str
    access_key: str | None
    secret_key: str | None
    ca_file: str | None
    addressing: str
    create_bucket: bool
    must_exist: bool
    block_bytes: int
    connect_timeout_s: float
    read_timeout_s: float
    attempts: int

    @classmethod
    def of(cls, setup: DriverSetup) -> Options:
        """Return what ``setup`` says, with the defaults for what it leaves out.

        Raises:
            Misconfigured: There is no bucket, or half of a key.
        """
        told = {option.dest: option.default for option in OPTIONS} | dict(setup.settings)
        if not told["bucket"]:
            raise Misconfigured(f"the store {setup.name} must name its bucket")
        if bool(told["access_key"]) != bool(told["secret_key"]):
            raise Misconfigured(f"the store {setup.name} needs access_key and secret_key, or none")
        return cls(**told)
