# SPDX-License-Identifier: Apache-2.0
"""Volumes: disks that are written in place over contents that never change.

Formats: docs/design/blocks-format.rst, "Volumes".
"""

from synnefo_blocks.volumes.catalog import clear, create, delete, names, roots, show, usage
from synnefo_blocks.volumes.checking import Fault, Finding, check_volumes
from synnefo_blocks.volumes.lease import LeaseTerms
from synnefo_blocks.volumes.looking import look
from synnefo_blocks.volumes.record import VolumeRecord
from synnefo_blocks.volumes.sealing import seal_layers
from synnefo_blocks.volumes.volume import TooManyLayers, Volume, adopt, open_volume
from synnefo_blocks.volumes.wishes import forget_wishes, freeze, grow

__all__ = [
    "Fault",
    "Finding",
    "LeaseTerms",
    "TooManyLayers",
    "Volume",
    "VolumeRecord",
    "adopt",
    "check_volumes",
    "clear",
    "create",
    "delete",
    "forget_wishes",
    "freeze",
    "grow",
    "look",
    "names",
    "open_volume",
    "roots",
    "seal_layers",
    "show",
    "usage",
]
