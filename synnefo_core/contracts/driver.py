# SPDX-License-Identifier: Apache-2.0
"""What every driver contract shares: how a driver is made and how it fails."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oslo_config import cfg


class DriverError(Exception):
    """Something behind a driver went wrong; the message may be shown to an operator."""


class Unavailable(DriverError):
    """The other side did not answer in time or refused to work; trying again may help.

    Whether what was asked for happened is unknown.
    """


class Misconfigured(DriverError):
    """The driver cannot work with the settings that it was given; trying again is useless."""


@dataclass(frozen=True)
class DriverSetup:
    """All that a driver is told when it is made.

    A driver gets no request context and reads no configuration file: what it may know is here.

    Attributes:
        name: The name that the operator gave this use of the driver ("fast", "local").
        settings: The driver's settings, by option name, already of their declared types.
        state_directory: A private directory (0700) where the driver may keep files.
        database: The cloud's database for the few drivers that own tables
            (:class:`synnefo_core.db.session.Database`), or None on a Ganeti node.
        offload: Where a driver runs C code that blocks, without its database or its sockets
            (:class:`synnefo_core.offload.Offload`), or None: in the calling thread.
    """

    name: str
    settings: Mapping[str, Any] = field(repr=False)
    state_directory: Path
    database: Any = field(default=None, repr=False)
    offload: Any = field(default=None, repr=False)


class Driver(ABC):  # noqa: B024  # each contract adds its own
    """The base of every driver class that an entry point names."""

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        """Return the driver's settings with type, default, bounds and help.

        Secrets are declared with ``secret=True``: they are stored encrypted and shown never.
        """
        return []
