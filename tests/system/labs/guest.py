# SPDX-License-Identifier: Apache-2.0
"""A guest that boots in seconds without acceleration: the distribution's kernel, busybox, one script.

It needs no disk and keeps its hands off those it has. It turns itself off when asked to
(ACPI), and answers questions on its serial console.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from . import debian
from .errors import LabFailed
from .processes import PATH
from .waiting import until

INIT = Path(__file__).with_name("guest-init.sh")
MODULES = ("virtio_pci", "virtio_blk", "virtio_net", "button", "evdev")
# The smallest kernel for virtual machines of Debian and of Ubuntu.
KERNELS = ("linux-image-cloud-amd64", "linux-image-virtual")
UNPACK = {".ko": ["cat"], ".xz": ["xz", "-dc"], ".zst": ["zstd", "-dcq"]}
ASK_AGAIN_S = 2.0


def build(*modules: str) -> Path:
    """Return a directory with ``vmlinuz`` and ``initrd``, made once for each kernel release.

    ``modules`` of the kernel are loaded beside those that every guest has. Kept in
    ``$XDG_CACHE_HOME/synnefo-labs``; downloads some 30 MB the first time.
    """
    package = _kernel_package()
    key = hashlib.sha256(INIT.read_bytes() + " ".join(modules).encode()).hexdigest()[:8]
    cache = debian.cache()
    ready = cache / f"{package}-{key}"
    if ready.is_dir():
        return ready
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        image = Path(scratch, "image")
        _make(package, (*MODULES, *modules), scratch=Path(scratch), image=image)
        if not ready.is_dir():
            image.rename(ready)
    return ready


def kernel() -> tuple[Path, Path]:
    """Return the file of a kernel and the directory of its modules, which nobody has to install.

    Kept as what :func:`build` makes; the last part of the directory's name is the release.
    """
    package = _kernel_package()
    release, cache = package.removeprefix("linux-image-"), debian.cache()
    ready = cache / f"{package}-whole"
    if not ready.is_dir():
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            root = _unpacked(package, scratch=Path(scratch))
            if not ready.is_dir():
                root.rename(ready)
    return ready / f"boot/vmlinuz-{release}", ready / "lib/modules" / release


def ask(console: Path, command: str, *, within_s: float) -> str:
    """Run a shell command in the guest behind a serial console and return its output.

    Raises:
        LabFailed: No answer came in time.
    """
    until(console.exists, f"the serial console {console.name}", within_s=within_s)
    deadline = time.monotonic() + within_s
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(console))
        line.settimeout(ASK_AGAIN_S)
        while time.monotonic() < deadline:
            # A guest that still boots loses what it is sent: ask again, under a new name.
            question = secrets.token_hex(4)
            line.sendall(f"{question} {command}\n".encode())
            answer = _read_answer(line, question)
            if answer is not None:
                return answer
    raise LabFailed(f"{console.name} gave no answer to `{command}` within {within_s:g} s")


def _read_answer(line: socket.socket, question: str) -> str | None:
    """Read until the end of an answer, or until nothing more comes."""
    heard = ""
    while f"{question}>" not in heard:
        try:
            part = line.recv(4096)
        except TimeoutError:
            return None
        if not part:
            raise LabFailed("the guest is gone")
        heard += part.decode(errors="replace").replace("\r", "")
    return heard.partition(f"{question}<\n")[2].partition(f"{question}>")[0]


def _kernel_package() -> str:
    """The package that the distribution's kernel for virtual machines stands for now."""
    for name in KERNELS:
        found = re.search(
            r"Depends: (linux-image-\d\S+)", _run(["apt-cache", "depends", name], check=False)
        )
        if found:
            return found.group(1)
    raise LabFailed(f"apt knows none of {', '.join(KERNELS)}")


def _unpacked(package: str, *, scratch: Path) -> Path:
    """Return the root directory of a kernel and its modules, which know of one another."""
    release = package.removeprefix("linux-image-")
    wanted = [package]
    if _run(["apt-cache", "show", f"linux-modules-{release}"], check=False):
        wanted.append(f"linux-modules-{release}")  # Ubuntu splits them off
    _run(["apt-get", "download", *wanted], directory=scratch)
    for archive in scratch.glob("*.deb"):
        _run(["dpkg-deb", "--extract", archive.name, "root"], directory=scratch)
    root = scratch / "root"
    if not (root / "lib").exists():
        (root / "lib").symlink_to("usr/lib")
    _run(["depmod", "--basedir", str(root), release])
    return root


def _make(package: str, wanted_modules: Iterable[str], *, scratch: Path, image: Path) -> None:
    release = package.removeprefix("linux-image-")
    root = _unpacked(package, scratch=scratch)
    image.mkdir()
    shutil.copy(root / f"boot/vmlinuz-{release}", image / "vmlinuz")
    files = _in_load_order(root / "lib/modules" / release, wanted_modules)
    _pack(_lay_out(scratch / "tree", files), image / "initrd")


def _lay_out(tree: Path, modules: Iterable[Path]) -> Path:
    """Make the root directory of the guest, which loads modules in their order."""
    for name in ("bin", "dev", "etc", "modules", "proc", "sys"):
        (tree / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", tree / "bin/busybox")
    shutil.copy(INIT, tree / "init")
    (tree / "init").chmod(0o755)
    order = []
    for path in modules:
        name = path.name.partition(".")[0] + ".ko"
        with (tree / "modules" / name).open("wb") as file:
            subprocess.run([*UNPACK[path.suffix], str(path)], stdout=file, check=True)
        order.append(name)
    (tree / "modules/order").write_text("".join(f"{name}\n" for name in order))
    return tree


def _in_load_order(modules: Path, wanted: Iterable[str]) -> list[Path]:
    """The files of modules that are wanted and of those they need, the needed ones first.

    What is built into the kernel has no file and is left out.
    """
    needs = {}
    for row in (modules / "modules.dep").read_text().splitlines():
        path, _, others = row.partition(":")
        needs[Path(path).name.partition(".")[0]] = [path, *others.split()]
    ordered: list[Path] = []
    for module in wanted:
        # A row names what it needs from the nearest to the farthest.
        for path in reversed(needs.get(module, [])):
            if modules / path not in ordered:
                ordered.append(modules / path)
    return ordered


def _pack(tree: Path, initrd: Path) -> None:
    names = "".join(f"{path.relative_to(tree)}\n" for path in sorted(tree.rglob("*")))
    packed = subprocess.run(
        ["/bin/busybox", "cpio", "-o", "-H", "newc"],
        input=names.encode(),
        cwd=tree,
        capture_output=True,
        check=True,
    )
    initrd.write_bytes(gzip.compress(packed.stdout, compresslevel=1))


def _run(command: list[str], *, directory: Path = Path("/"), check: bool = True) -> str:
    environment = dict(os.environ) | {"PATH": PATH, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if check and done.returncode != 0:
        raise LabFailed(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")
    return done.stdout
