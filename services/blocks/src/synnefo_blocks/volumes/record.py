# SPDX-License-Identifier: Apache-2.0
"""The record of a volume: what it is made of, as JSON in the control record of its first head.

Source: docs/design/blocks-format.rst, "Volumes".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from synnefo_blocks.references import EMPTY, Reference
from synnefo_core.contracts.storage import Corrupt

VERSION = 1
VERSION_ELSEWHERE = 2
"""That of the record of a volume which is not here: who knows nothing of that is to read none."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_STORE = re.compile(r"[0-9A-Za-z_-]{0,64}")


@dataclass(frozen=True)
class Layer:
    """A data head that nobody writes to any more.

    Attributes:
        number: Which head of the volume.
        is_settled: Whether all that belongs to it is durable.
    """

    number: int
    is_settled: bool


@dataclass(frozen=True)
class VolumeRecord:
    """What a volume is made of.

    Attributes:
        size_bytes: The size of the volume.
        epoch: The number of the writer that may write.
        is_open: Whether that writer may still be writing.
        top: The number of the head that is written to.
        layers: What lies under it, the oldest first.
        base: What lies under all layers.
        sealed: The number of the last layer that went into the base; 0 for none.
        waste: The numbers of heads that are to be removed.
        wanted_top: What the writer is asked to make the number of the top, by freezing; 0 for nothing.
        wanted_bytes: The size that the writer is asked to grow the volume to; 0 for none.
        wanted_store: The store that the writer is asked to move the volume to; empty for none.
        moved_to: The store that the volume has moved to; empty while it is here.
        comes_from: The store that it is coming from, and is in until the record there says
            otherwise; empty once it is here.
        coming_bytes: How much of it is still to come.
    """

    size_bytes: int
    epoch: int = 0
    is_open: bool = False
    top: int = 1
    layers: tuple[Layer, ...] = ()
    base: Reference = EMPTY
    sealed: int = 0
    waste: tuple[int, ...] = ()
    wanted_top: int = 0
    wanted_bytes: int = 0
    wanted_store: str = ""
    moved_to: str = ""
    comes_from: str = ""
    coming_bytes: int = 0

    @property
    def is_asked(self) -> bool:
        """Whether the writer is asked for something that it has not done yet."""
        wants_more = self.wanted_top > self.top or self.wanted_bytes > self.size_bytes
        return wants_more or bool(self.wanted_store)

    @property
    def is_here(self) -> bool:
        """Whether the volume is in this store."""
        return not (self.moved_to or self.comes_from)

    @property
    def heads(self) -> tuple[int, ...]:
        """Every head that belongs to the volume."""
        return (*self.waste, *(layer.number for layer in self.layers), self.top)

    def encode(self) -> bytes:
        """Return the record as it is stored."""
        fields = {
            "version": VERSION if self.is_here else VERSION_ELSEWHERE,
            "size": self.size_bytes,
            "epoch": self.epoch,
            "open": self.is_open,
            "top": self.top,
            "layers": [[layer.number, layer.is_settled] for layer in self.layers],
            "base": str(self.base),
            "sealed": self.sealed,
            "waste": list(self.waste),
            **({"wanted_top": self.wanted_top} if self.wanted_top > self.top else {}),
            **({"wanted_size": self.wanted_bytes} if self.wanted_bytes > self.size_bytes else {}),
            **{key: value for key, value in self._on_the_move().items() if value},
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    def _on_the_move(self) -> dict[str, str | int]:
        return {
            "wanted_store": self.wanted_store,
            "moved_to": self.moved_to,
            "comes_from": self.comes_from,
            "coming": self.coming_bytes,
        }

    @classmethod
    def decode(cls, name: str, content: bytes) -> VolumeRecord:
        """Return what a stored record says.

        Raises:
            Corrupt: It is no record of ours.
        """
        try:
            fields = json.loads(content)
            if fields["version"] not in (VERSION, VERSION_ELSEWHERE):
                raise Corrupt(f"the record of volume {name} has version {fields['version']}")
            return cls(
                size_bytes=int(fields["size"]),
                epoch=int(fields["epoch"]),
                is_open=bool(fields["open"]),
                top=int(fields["top"]),
                layers=tuple(Layer(int(number), bool(is_)) for number, is_ in fields["layers"]),
                base=Reference.parse(fields["base"]),
                sealed=int(fields["sealed"]),
                waste=tuple(map(int, fields["waste"])),
                wanted_top=int(fields.get("wanted_top", 0)),
                wanted_bytes=int(fields.get("wanted_size", 0)),
                wanted_store=_store(fields, "wanted_store"),
                moved_to=_store(fields, "moved_to"),
                comes_from=_store(fields, "comes_from"),
                coming_bytes=int(fields.get("coming", 0)),
            )
        except (ValueError, KeyError, TypeError) as fault:
            raise Corrupt(f"the record of volume {name} cannot be understood") from fault


def _store(fields: dict[str, object], key: str) -> str:
    """Return the name of a store; nodes find its file by it."""
    name = str(fields.get(key, ""))
    if not _STORE.fullmatch(name):
        raise ValueError(name)
    return name


def require_name(name: str) -> None:
    """Refuse what cannot be the name of a volume.

    Raises:
        ValueError: It is not 1 to 100 of ``a-z 0-9 -``, a letter or digit first.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a volume cannot be named {name!r}")


def head_name(name: str, number: int) -> str:
    """Return the name of a data head of a volume."""
    return f"{name}.{number}"
