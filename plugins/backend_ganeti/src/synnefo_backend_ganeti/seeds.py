# SPDX-License-Identifier: Apache-2.0
"""How a seed gets to a guest through Ganeti: parameters of the OS definition, and a small disk.

The OS definition is that of ``synnefo-node-ganeti``: it unpacks the parameters, and writes the
volume on the disk of that name.
"""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_core.contracts.compute import RequestRefused
from synnefo_core.contracts.seed import Seed

DISK = "seed"
"""How the name of the disk begins."""

DISK_MIB = 4
"""The least that LVM gives; a volume takes less."""

PROVIDER = "synnefo"
"""The provider of disks that are volumes of the cloud."""

AS_IT_IS = {"image": ""}
"""Has the OS definition write nothing on the first disk, whatever it does on this cluster."""

PARAMETERS = tuple(f"seed_{number}" for number in range(4))

MOST_BYTES = 96 * 1024
"""How long one parameter may be: it becomes a variable of the environment, of 128 KiB at most."""


def parameters(seed: Seed) -> Mapping[str, str]:
    """Return a seed as parameters; all of them, so that nothing is left of an earlier one.

    Raises:
        RequestRefused: It is too large.
    """
    packed = seed.pack()
    if len(packed) > MOST_BYTES * len(PARAMETERS):
        raise RequestRefused("what the guest is to be told is too large")
    return {
        name: packed[number * MOST_BYTES : (number + 1) * MOST_BYTES]
        for number, name in enumerate(PARAMETERS)
    }


def require_disk(seed: Seed, *, has_disk: bool) -> None:
    """Refuse to leave out what is to be written on the guest's own disk.

    Raises:
        RequestRefused: The OS definition is told nothing, and the image asks for it.
    """
    if seed.offline is not None and not has_disk:
        raise RequestRefused(
            "the image has no cloud-init, and this cluster writes nothing on disks: has_seed_disk"
        )


def disk_name(instance: str) -> str:
    """Return the name of the disk of an instance."""
    return f"{DISK}-{instance}"


def is_ours(disk_name: str) -> bool:
    """Return whether a disk is of ours, and no business of the cloud's."""
    return disk_name.startswith(f"{DISK}-")


def beside(parameters: Mapping[str, str]) -> Mapping[str, str]:
    """Return the parameters of the disk, given those of the one that it lies beside."""
    # A ticket is for one volume, and for the small one that its provider makes beside it.
    return {**parameters, "part": "seed"} if is_volume(parameters) else parameters


def is_volume(parameters: Mapping[str, str]) -> bool:
    """Return whether a disk with these parameters is a volume of the cloud."""
    return parameters.get("provider") == PROVIDER
