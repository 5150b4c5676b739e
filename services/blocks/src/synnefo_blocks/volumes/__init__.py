# SPDX-License-Identifier: Apache-2.0
"""Volumes: disks that are written in place over contents that never change.

Formats: docs/design/blocks-format.rst, "Volumes".
"""

from synnefo_blocks.volumes.base import Stored
from synnefo_blocks.volumes.catalog import (
    clear,
    create,
    delete,
    names,
    recorded,
    remove_waste,
    roots,
    show,
    usage,
)
from synnefo_blocks.volumes.checking import Fault, Finding, check_volumes
from synnefo_blocks.volumes.crossing import Crossed, Destination, cross
from synnefo_blocks.volumes.lease import LeaseTerms
from synnefo_blocks.volumes.looking import look
from synnefo_blocks.volumes.moving import (
    NotWanted,
    ask_to_move,
    enter,
    expect,
    follow,
    forget_trail,
    move_closed,
    turn_away,
)
from synnefo_blocks.volumes.opening import adopt, open_volume
from synnefo_blocks.volumes.record import VolumeRecord
from synnefo_blocks.volumes.sealing import seal_layers
from synnefo_blocks.volumes.view import Part
from synnefo_blocks.volumes.volume import TooManyLayers, Volume
from synnefo_blocks.volumes.wishes import forget_wishes, freeze, grow

__all__ = [
    "Crossed",
    "Destination",
    "Fault",
    "Finding",
    "LeaseTerms",
    "NotWanted",
    "Part",
    "Stored",
    "TooManyLayers",
    "Volume",
    "VolumeRecord",
    "adopt",
    "ask_to_move",
    "check_volumes",
    "clear",
    "create",
    "cross",
    "delete",
    "enter",
    "expect",
    "follow",
    "forget_trail",
    "forget_wishes",
    "freeze",
    "grow",
    "look",
    "move_closed",
    "names",
    "open_volume",
    "recorded",
    "remove_waste",
    "roots",
    "seal_layers",
    "show",
    "turn_away",
    "usage",
]
