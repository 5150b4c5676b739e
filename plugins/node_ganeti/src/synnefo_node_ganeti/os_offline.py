# SPDX-License-Identifier: Apache-2.0
"""Have a server's disk written while no guest uses it, in a cage: its file systems are a stranger's.

The OS definition runs one copy of this file, beside one of :mod:`synnefo_node_ganeti.os_inside`,
which says to libguestfs what is to be written. Libguestfs reads the disk in a machine of QEMU's
without network. All of this is one process name space of a user who is nobody else; it reaches the
disk by a socket that is served to it, and it ends as one.

It needs Python's standard library, qemu-nbd, prlimit and setpriv; and in the cage python3-guestfs.

Usage: offline DISK [SECONDS], with what is to be written, in JSON, on the standard input.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("qemu-nbd", "prlimit", "setpriv")
INSIDE, APPLIANCE = "inside", "appliance"
PYTHON = "/usr/bin/python3"
"""The one that the system's package of libguestfs is for, whichever runs this."""

TIME_S = 300
START_S, END_S, LOOK_AGAIN_S = 30.0, 60.0, 0.05
MEMORY_BYTES = 4 * 2**30
"""Of each process: the machine has 512 MiB, of which QEMU's translated code may take twice as much."""
WRITTEN_BYTES = 256 * 2**20
PROCESSES, OPEN_FILES = 128, 256

FIRST_USER = 1_900_000_000
"""From here on nobody has these numbers; a process takes the one that is its own number farther."""

MOST_SAID = 16 * 1024
MOST_LINE = 300
_NEW_PID, _NEW_NET, _NEW_IPC, _NEW_UTS = 0x20000000, 0x40000000, 0x08000000, 0x04000000
_WITHOUT_PRIVILEGES = ("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
_KVM = Path("/dev/kvm")


class Refused(Exception):
    """It can't be done; says why in one line."""


def write(disk: str, order: str, *, home: Path, within_s: float) -> None:
    """Have a disk written, and say what was done.

    Args:
        disk: What QEMU opens it by; raw.
        order: What is to be written, in JSON; secret.
        home: Where the file for inside and the appliance are.
        within_s: How long it may take.

    Raises:
        Refused: It could not be; nothing of it runs any more, and some of it may be written.
    """
    _require(home)
    user = FIRST_USER + os.getpid()
    with tempfile.TemporaryDirectory(prefix="snf-guest-") as name:
        scratch = Path(name)
        with _served(disk, scratch / "disk.sock"):
            for path in (scratch / "disk.sock", scratch):
                os.chown(path, user, user)
            _run_inside(order, user=user, scratch=scratch, home=home, within_s=within_s)


def _require(home: Path) -> None:
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        msg = f"this node lacks {' and '.join(missing)}"
        raise Refused(msg)
    if not (home / APPLIANCE).is_dir():
        msg = (
            "the image has no cloud-init, and this node can't write on its disk: "
            "install python3-guestfs and run synnefo-guest-os --offline"
        )
        raise Refused(msg)
    if os.geteuid() != 0:
        msg = "only root can have a disk written"
        raise Refused(msg)


@contextmanager
def _served(disk: str, socket: Path) -> Iterator[None]:
    """Serve a disk at a socket, whether it is a device, a file or served elsewhere.

    Who serves it is root without capabilities: enough for what is root's, and for nothing else.
    """
    words = ["setpriv", *_WITHOUT_PRIVILEGES, "--pdeathsig", "KILL"]
    words += ["qemu-nbd", "--persistent", "--format=raw", f"--socket={socket}", disk]
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        deadline = time.monotonic() + START_S
        while not socket.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Refused(f"the disk can't be opened: {_end(process)}")
            time.sleep(LOOK_AGAIN_S)
        yield
    except BaseException:
        _end(process)
        raise
    # It flushes before it ends.
    complaint = _end(process)
    if process.returncode:
        raise Refused(f"the disk was not written: {complaint}")


def _end(process: subprocess.Popen[bytes]) -> str:
    """End who serves a disk; return its last words."""
    process.terminate()
    try:
        _, complaint = process.communicate(timeout=END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        _, complaint = process.communicate()
    return complaint.decode(errors="replace").strip()[-MOST_LINE:]


def _run_inside(order: str, *, user: int, scratch: Path, home: Path, within_s: float) -> None:
    with tempfile.TemporaryFile() as report:
        _stand_apart()
        process = subprocess.Popen(
            _confined(user, within_s, [PYTHON, "-I", str(home / INSIDE), str(scratch)]),
            stdin=subprocess.PIPE,
            stdout=report,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(scratch, home),
        )
        try:
            process.communicate(order.encode(), timeout=within_s)
        except subprocess.TimeoutExpired as cause:
            msg = f"writing on the disk takes more than {within_s:g} s"
            raise Refused(msg) from cause
        finally:
            # The first of a name space of processes: the kernel ends the others with it.
            process.kill()
            process.wait()
        report.seek(0)
        lines = _readable(report.read(MOST_SAID))
    if process.returncode:
        raise Refused(
            lines[-1] if lines else f"writing on the disk ended with {process.returncode}"
        )
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _stand_apart() -> None:
    """Have the next process that is started be the first of its name spaces."""
    spaces = _NEW_PID | _NEW_NET | _NEW_IPC | _NEW_UTS
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(spaces):
        msg = f"nothing can be confined here: {os.strerror(ctypes.get_errno())}"
        raise Refused(msg)


def _confined(user: int, within_s: float, words: list[str]) -> list[str]:
    """Return the words of a program with those before that take from it what it doesn't need."""
    limits = [
        f"--as={MEMORY_BYTES}",
        f"--cpu={int(within_s) + 1}",
        f"--fsize={WRITTEN_BYTES}",
        f"--nproc={PROCESSES}",
        f"--nofile={OPEN_FILES}",
        "--core=0",
    ]
    who = [f"--reuid={user}", f"--regid={user}", *_groups(), "--pdeathsig", "KILL"]
    return ["prlimit", *limits, "setpriv", *who, *_WITHOUT_PRIVILEGES, *words]


def _groups() -> list[str]:
    """Return whose it is beside: of the group that may use the processor's help, if there is one."""
    group = _KVM.stat().st_gid if _KVM.exists() else 0
    return [f"--groups={group}"] if group else ["--clear-groups"]


def _environment(scratch: Path, home: Path) -> dict[str, str]:
    own = ("HOME", "TMPDIR", "XDG_RUNTIME_DIR", "LIBGUESTFS_CACHEDIR")
    return {
        **dict.fromkeys(own, str(scratch)),
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "LIBGUESTFS_BACKEND": "direct",
        "LIBGUESTFS_PATH": str(home / APPLIANCE),
    }


def _readable(said: bytes) -> list[str]:
    """Return the lines of who may be a stranger by now, fit for a log."""
    lines = said.decode(errors="replace").splitlines()
    shown = ("".join(filter(str.isprintable, line))[:MOST_LINE] for line in lines)
    return [line for line in shown if line.strip()]


def main() -> int:
    """Do what the words say; what goes wrong is told in one line."""
    # What was started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    within_s = float(sys.argv[2]) if len(sys.argv) > 2 else TIME_S
    try:
        write(sys.argv[1], sys.stdin.read(), home=Path(__file__).parent, within_s=within_s)
    except Refused as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
