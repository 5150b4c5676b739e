# SPDX-License-Identifier: Apache-2.0
"""What a guest is told, as EC2's metadata service has it.

Source: docs.aws.amazon.com, "Instance metadata categories"; cloudinit.readthedocs.io, "Amazon EC2".
"""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_compute.first_boot.told import Told

_VERSIONS = ("latest", "2009-04-04")
"""The second one is what cloud-init asks for at least."""


def files(told: Told) -> Mapping[str, bytes]:
    """Return the files by their paths."""
    texts = {f"meta-data/{path}": text.encode() for path, text in _meta_data(told).items()}
    if told.user_data:
        texts["user-data"] = told.user_data
    return {
        f"{version}/{path}": content for version in _VERSIONS for path, content in texts.items()
    }


def _meta_data(told: Told) -> Mapping[str, str]:
    shown = {
        "instance-id": told.server_id,
        "hostname": told.hostname,
        "local-hostname": told.hostname,
        "placement/availability-zone": told.zone,
    }
    if told.cards:
        shown["mac"] = told.cards[0].mac
    four = [each.ip for card in told.cards for each in card.addresses if each.version == 4]
    if four:
        shown["local-ipv4"] = four[0]
    for number, key in enumerate(told.public_keys.values()):
        shown[f"public-keys/{number}/openssh-key"] = key
    if told.public_keys:
        # What there is below, as clients of EC2 expect it.
        names = enumerate(told.public_keys)
        shown["public-keys"] = "\n".join(f"{number}={name}" for number, name in names)
    return shown
