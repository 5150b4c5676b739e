# SPDX-License-Identifier: Apache-2.0
"""Identity's configuration options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oslo_config import cfg

IDENTITY = [
    cfg.StrOpt(
        "admin_password",
        secret=True,
        help="The password of the first administrator, read once when the cloud is made. "
        "Default: a generated one.",
    ),
    cfg.StrOpt(
        "demo_password",
        secret=True,
        help="The password of the user demo, read once when the cloud is made. "
        "Default: a generated one.",
    ),
    cfg.IntOpt(
        "token_lifetime_s", default=86400, min=60, help="How long a token is valid, in seconds."
    ),
]

AUTH = [
    cfg.ListOpt(
        "methods",
        default=["local"],
        help="The login methods in the order in which they are asked, by name; each may have a "
        "section [auth_NAME] with its driver and settings. New passwords go to the first that "
        "keeps passwords.",
    ),
]

SECTIONS: Mapping[str, Sequence[cfg.Opt]] = {"identity": IDENTITY, "auth": AUTH}
