# SPDX-License-Identifier: Apache-2.0
"""The OS definition of guests: an operator's image, and the disk that tells those with cloud-init.

Ganeti runs one copy of this file for each of its scripts: create, verify, import, export and rename.
It needs Python's standard library, qemu-img and genisoimage, and nothing of Synnefo's.

The parameter ``image`` is the path of a raw image on the node, which goes on the first disk; without
it the disk is left as it is. The parameters ``seed_0``, ``seed_1``, … are the parts of a packed seed
(:mod:`synnefo_core.contracts.seed`), which goes on the disk whose name begins with ``seed-``. What
it says for guests without cloud-init is written on the first disk, by ``offline`` beside this file.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

IMAGE = "image"
SEEDS = ("seed_0", "seed_1", "seed_2", "seed_3")
PARAMETERS = (IMAGE, *SEEDS)
SEED_DISK = "seed-"
PROGRAMS = ("qemu-img", "genisoimage")
OFFLINE = "offline"

Environment = Mapping[str, str]
Told = Mapping[str, Any]


class Refused(Exception):
    """It can't be done; says why in one line."""


def create(environment: Environment) -> None:
    """Write the disks of an instance, new or to begin anew."""
    image = _parameter(environment, IMAGE)
    if image:
        _write(Path(image), _first_disk(environment))
    packed = "".join(_parameter(environment, name) for name in SEEDS)
    if packed:
        _tell(_unpacked(packed), environment)


def _tell(told: Told, environment: Environment) -> None:
    disk = _seed_disk(environment)
    if disk:
        with tempfile.TemporaryDirectory() as scratch:
            _write(_volume(told, Path(scratch)), disk)
    if told.get("offline"):
        _write_inside(told["offline"], _first_disk(environment))


def verify(environment: Environment) -> None:
    """Refuse parameters that no instance can be made with."""
    image = _parameter(environment, IMAGE)
    if image and not Path(image).is_file():
        msg = f"there is no image {image} on this node"
        raise Refused(msg)
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        msg = f"this node lacks {' and '.join(missing)}"
        raise Refused(msg)


def rename(_environment: Environment) -> None:
    """Do nothing: what a guest was told at its first boot stays."""


def refuse(_environment: Environment) -> None:
    """Refuse to move contents in or out."""
    msg = "this OS definition neither imports nor exports"
    raise Refused(msg)


SCRIPTS: Mapping[str, Callable[[Environment], None]] = {
    "create": create,
    "export": refuse,
    "import": refuse,
    "rename": rename,
    "verify": verify,
}


def _parameter(environment: Environment, name: str) -> str:
    return environment.get(f"OSP_{name.upper()}", "")


def _first_disk(environment: Environment) -> str:
    if int(environment.get("DISK_COUNT", "0")) == 0:
        msg = "an image needs a disk"
        raise Refused(msg)
    return _target(environment, 0)


def _seed_disk(environment: Environment) -> str | None:
    for number in range(int(environment.get("DISK_COUNT", "0"))):
        if environment.get(f"DISK_{number}_NAME", "").startswith(SEED_DISK):
            return _target(environment, number)
    return None


def _target(environment: Environment, number: int) -> str:
    """Return what QEMU opens a disk by; with access in user space there is no path."""
    return environment.get(f"DISK_{number}_PATH") or environment[f"DISK_{number}_URI"]


def _write(source: Path, target: str) -> None:
    """Write a file on a disk from its beginning on, holes as zeros."""
    words = ["-n", "-f", "raw", "-O", "raw", str(source), target]
    _run(["qemu-img", "convert", *words])


def _write_inside(order: Told, target: str) -> None:
    """Write in the file systems of a disk; what was done goes to Ganeti's log."""
    sys.stdout.write("writing on the first disk, as its image has no cloud-init\n")
    sys.stdout.flush()
    # The order holds secrets: words of a command are seen by everybody on the node.
    done = subprocess.run(
        [sys.executable, "-I", str(Path(__file__).with_name(OFFLINE)), target],
        input=json.dumps(order),
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise Refused(done.stderr.strip()[-500:] or f"{OFFLINE} ended with {done.returncode}")


def _unpacked(packed: str) -> Told:
    try:
        told: Told = json.loads(zlib.decompress(base64.b64decode(packed)))
    except (ValueError, zlib.error) as cause:
        msg = "what the guest is to be told can't be unpacked"
        raise Refused(msg) from cause
    return told


def _volume(told: Told, scratch: Path) -> Path:
    """Return an ISO 9660 file with the files and the label of a seed."""
    root, volume = scratch / "root", scratch / "volume"
    for path, content in told["files"].items():
        _lay_out(root, path, base64.b64decode(content))
    words = ["-quiet", "-joliet", "-rock", "-volid", told["label"], "-output", str(volume)]
    _run(["genisoimage", *words, str(root)])
    return volume


def _lay_out(root: Path, path: str, content: bytes) -> None:
    file = root / path
    if ".." in Path(path).parts or not file.is_relative_to(root):
        msg = "a file of the seed is not in its volume"
        raise Refused(msg)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _run(command: Iterable[str]) -> None:
    words = list(command)
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        msg = f"{words[0]} failed: {done.stderr.strip()[-500:]}"
        raise Refused(msg)


def main() -> int:
    """Do what the script of this name does; what goes wrong is told to Ganeti's log."""
    try:
        SCRIPTS[Path(sys.argv[0]).name](os.environ)
    except Refused as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
