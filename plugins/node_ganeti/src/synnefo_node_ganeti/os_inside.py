# SPDX-License-Identifier: Apache-2.0
"""What is written on the disk of a guest without cloud-init; runs in the cage of ``os_offline``.

Libguestfs does it in a machine of its own, in the root directory of the disk: a link on the disk
leads to nothing but the disk. Tasks have the names that images exclude them by.

It needs Python's standard library and python3-guestfs. Each line that it prints is a task that was
done or a warning, and the last one of a failure says why.
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import posixpath
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

Order = Mapping[str, Any]

MEMORY_MIB = 512
KVM = "/dev/kvm"
MOST_READ_BYTES = 2**20
MOST_CARDS = 8
DAY_S = 24 * 3600
PASSWD, SHADOW, GROUP = "/etc/passwd", "/etc/shadow", "/etc/group"
ROOT = 0
SYSTEMD = ("/usr/lib/systemd/systemd", "/lib/systemd/systemd")
OPENRC = ("/sbin/openrc", "/usr/sbin/openrc")

HOST_KEYS_UNIT = "/etc/systemd/system/synnefo-host-keys.service"
HOST_KEYS_WANTED = "/etc/systemd/system/multi-user.target.wants/synnefo-host-keys.service"
HOST_KEYS = """[Unit]
Description=Make the SSH host keys of this machine
Before=ssh.service sshd.service
ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
"""
NETPLAN = """network:
  version: 2
  ethernets:
    synnefo:
      match: {name: "e*"}
      dhcp4: true
      dhcp6: true
"""
NETWORKD = "[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes\n"
NETWORK_MANAGER = """[connection]
id=synnefo
type=ethernet
multi-connect=3

[ipv4]
method=auto

[ipv6]
method=auto
"""


class Unfit(Exception):
    """The disk or the order can't be worked with; says why in one line."""


@dataclass(frozen=True)
class User:
    """A line of /etc/passwd."""

    uid: int
    gid: int
    home: str


@dataclass(frozen=True)
class Keeping:
    """Whose a file is, and who may read and write it."""

    uid: int = ROOT
    gid: int = ROOT
    mode: int = 0o644


class Disk:
    """The root file system of a disk, mounted."""

    def __init__(self, guest: Any) -> None:
        """Take an open handle of libguestfs."""
        self.guest = guest

    def mount_root(self, partition: str) -> None:
        """Mount the file system of a partition, or the first that has users."""
        found = [f"/dev/sda{partition}"] if partition else sorted(self.guest.list_filesystems())
        for device in found:
            with suppress(RuntimeError):
                self.guest.mount_options("", device, "/")
                if self.guest.is_file(PASSWD):
                    return
                self.guest.umount_all()
        where = f"partition {partition}" if partition else "no file system"
        is_not = "is not one that can be mounted" if partition else "of it can be mounted"
        raise Unfit(f"the disk has no Linux that can be written: {where} {is_not} and has {PASSWD}")

    def has(self, *paths: str) -> bool:
        """Whether one of the files or directories is there."""
        return any(self.guest.exists(path) for path in paths)

    def read(self, path: str) -> str:
        """Return what is in a plain file; what is not text comes back as it was when written."""
        if not self.guest.is_file(path):
            raise Unfit(f"{path} of the image is not a plain file")
        if self.guest.filesize(path) > MOST_READ_BYTES:
            raise Unfit(f"{path} of the image is too large")
        content: bytes = self.guest.read_file(path)
        return content.decode(errors="surrogateescape")

    def write(self, path: str, text: str | bytes, keeping: Keeping | None = None) -> None:
        """Write a file, and make the directories that it is in.

        A link in its place is replaced. A file that is there keeps its owner and mode unless they
        are said.
        """
        self.guest.mkdir_p(posixpath.dirname(path))
        if self.guest.is_symlink(path):
            self.guest.rm(path)
        is_new = not self.guest.exists(path)
        if not is_new and not self.guest.is_file(path):
            raise Unfit(f"{path} of the image is not a plain file")
        content = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
        self.guest.write(path, content)
        if is_new or keeping:
            self.keep(path, keeping or Keeping())

    def keep(self, path: str, keeping: Keeping) -> None:
        """Say whose a file or directory is."""
        self.guest.chown(keeping.uid, keeping.gid, path)
        self.guest.chmod(keeping.mode, path)

    def users(self) -> Mapping[str, User]:
        """Return the users by name."""
        found = {}
        for fields in _rows(self.read(PASSWD)):
            with suppress(ValueError, IndexError):
                found[fields[0]] = User(int(fields[2]), int(fields[3]), fields[5])
        return found

    def groups(self) -> Mapping[str, int]:
        """Return the numbers of groups by name."""
        found = {}
        for fields in _rows(self.read(GROUP)):
            with suppress(ValueError, IndexError):
                found[fields[0]] = int(fields[2])
        return found


def set_host_name(disk: Disk, order: Order) -> None:
    """Give the guest its name."""
    name = order["hostname"]
    disk.write("/etc/hostname", f"{name}\n")
    if disk.guest.is_file("/etc/hosts"):
        disk.write("/etc/hosts", hosts_with(disk.read("/etc/hosts"), name))


def hosts_with(text: str, name: str) -> str:
    """Return /etc/hosts with this machine's name."""
    others = [line for line in text.splitlines() if line.split()[:1] != ["127.0.1.1"]]
    return "".join(f"{line}\n" for line in [*others, f"127.0.1.1\t{name}"])


def change_machine_id(disk: Disk, _order: Order) -> None:
    """Make the guest another machine than those of the same image."""
    if disk.has("/etc/machine-id", *SYSTEMD):
        disk.write("/etc/machine-id", f"{uuid.uuid4().hex}\n", Keeping(mode=0o444))
    disk.guest.rm_f("/var/lib/dbus/machine-id")


def let_in(disk: Disk, order: Order) -> None:
    """Set the password of all users that the image names, and the keys of the first."""
    known = disk.users()
    for name in order["users"]:
        if name not in known:
            raise Unfit(f"the image has no user {name}, whom its property USERS names")
    hashed = order["password_hash"]
    if hashed:
        shadow, day = disk.read(SHADOW), int(time.time() // DAY_S)
        for name in order["users"]:
            shadow = shadow_with(shadow, name, hashed=hashed, day=day)
        disk.write(SHADOW, shadow)
    if order["public_keys"]:
        _put_keys(disk, known[order["users"][0]], order["public_keys"])


def shadow_with(text: str, user: str, *, hashed: str, day: int) -> str:
    """Return /etc/shadow with another hash of a user's password, set on a day since 1970."""
    rows = [line.split(":") for line in text.splitlines()]
    if not any(row[0] == user for row in rows):
        rows.append([user, "", "", "0", "99999", "7", "", "", ""])
    for row in rows:
        if row[0] == user:
            row[1:3] = [hashed, str(day)]
    return "".join(f"{':'.join(row)}\n" for row in rows)


def _put_keys(disk: Disk, user: User, keys: Sequence[str]) -> None:
    if not user.home.startswith("/"):
        raise Unfit("the first user of the image has no home directory")
    for path in (user.home, f"{user.home}/.ssh"):
        if not disk.guest.is_dir(path):
            disk.guest.mkdir_p(path)
            disk.keep(path, Keeping(user.uid, user.gid, 0o700))
    path = f"{user.home}/.ssh/authorized_keys"
    had = disk.read(path).splitlines() if disk.guest.is_file(path) else []
    lines = [*had, *(key for key in keys if key not in had)]
    text = "".join(f"{line}\n" for line in lines)
    disk.write(path, text, Keeping(user.uid, user.gid, 0o600))


def configure_network(disk: Disk, order: Order) -> None:
    """Have the guest ask for its addresses, in the words of whichever program it has for that."""
    cards = range(min(max(order["cards"], 1), MOST_CARDS))
    if disk.has("/etc/netplan"):
        disk.write("/etc/netplan/60-synnefo.yaml", NETPLAN, Keeping(mode=0o600))
    elif disk.has("/etc/NetworkManager/system-connections"):
        path = "/etc/NetworkManager/system-connections/synnefo.nmconnection"
        disk.write(path, NETWORK_MANAGER, Keeping(mode=0o600))
    elif disk.guest.is_symlink(
        "/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
    ):
        disk.write("/etc/systemd/network/05-synnefo.network", NETWORKD)
    elif disk.has("/etc/network"):
        disk.write("/etc/network/interfaces", interfaces(cards, is_openrc=disk.has(*OPENRC)))
    elif disk.has("/etc/sysconfig/network-scripts"):
        for number in cards:
            path = f"/etc/sysconfig/network-scripts/ifcfg-eth{number}"
            disk.write(path, f"DEVICE=eth{number}\nBOOTPROTO=dhcp\nONBOOT=yes\n")
    else:
        say("warning: nothing of the image is known to configure its network")


def interfaces(cards: Sequence[int], *, is_openrc: bool) -> str:
    """Return /etc/network/interfaces for cards by their numbers, whatever their names are."""
    text = "auto lo\niface lo inet loopback\n"
    for number in cards:
        # What is not there is passed over; of these names systemd gives one, the kernel the first.
        names = [f"eth{number}"]
        if not is_openrc:
            names += [f"ens{number + 3}", f"enp0s{number + 3}", f"enp{number + 1}s0"]
        word = "auto" if is_openrc else "allow-hotplug"
        text += "".join(f"\n{word} {name}\niface {name} inet dhcp\n" for name in names)
    return text


def delete_host_keys(disk: Disk, _order: Order) -> None:
    """Remove the keys that all servers of the image would share, where new ones come at the start."""
    if not disk.has("/etc/ssh"):
        return
    if disk.has(*SYSTEMD):
        disk.write(HOST_KEYS_UNIT, HOST_KEYS)
        disk.guest.mkdir_p(posixpath.dirname(HOST_KEYS_WANTED))
        disk.guest.ln_sf(HOST_KEYS_UNIT, HOST_KEYS_WANTED)
    elif not disk.has(*OPENRC):
        say("warning: SSH host keys stay: nothing of the image would make new ones")
        return
    for path in disk.guest.glob_expand("/etc/ssh/ssh_host_*"):
        disk.guest.rm_f(path)


def write_files(disk: Disk, order: Order) -> None:
    """Write the files that the owner gave, the owner and group of each as the guest knows them."""
    for file in order["files"]:
        path = posixpath.normpath("/" + file["path"].lstrip("/"))
        disk.write(path, base64.b64decode(file["content"]), _keeping(disk, file, path))


def _keeping(disk: Disk, file: Mapping[str, Any], path: str) -> Keeping:
    keeping = Keeping(mode=int(file.get("mode", Keeping.mode)))
    owner, group = file.get("owner", ""), file.get("group", "")
    if owner:
        users = disk.users()
        if owner in users:
            keeping = replace(keeping, uid=users[owner].uid, gid=users[owner].gid)
        else:
            say(f"warning: the image has no user {owner}: {path} is root's")
    if group:
        groups = disk.groups()
        if group in groups:
            keeping = replace(keeping, gid=groups[group])
        else:
            say(f"warning: the image has no group {group}, which {path} was to have")
    return keeping


def relabel(disk: Disk, _order: Order) -> None:
    """Have SELinux name what was written, at the next start."""
    config = "/etc/selinux/config"
    if disk.guest.is_file(config) and "SELINUX=disabled" not in disk.read(config):
        disk.write("/.autorelabel", "")


TASKS: Mapping[str, Callable[[Disk, Order], None]] = {
    "AssignHostname": set_host_name,
    "ChangeMachineId": change_machine_id,
    "ChangePassword": let_in,
    "ConfigureNetwork": configure_network,
    "DeleteSSHKeys": delete_host_keys,
    "EnforcePersonality": write_files,
    "SELinuxAutorelabel": relabel,
}


def _fulfil(disk: Disk, order: Order) -> None:
    disk.mount_root(order["root_partition"])
    for name, task in TASKS.items():
        if name.upper() not in order["without"]:
            task(disk, order)
            say(f"{name} done")


def say(line: str) -> None:
    """Tell who started this."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def _opened(socket: str) -> Iterator[Any]:
    """Start the machine with the disk; what was written is on it when this ends well."""
    try:
        guestfs = importlib.import_module("guestfs")
    except ImportError as cause:
        raise Unfit("this node lacks python3-guestfs") from cause
    guest = _started(guestfs, socket)
    try:
        yield guest
        guest.umount_all()
        guest.shutdown()
    finally:
        guest.close()


def _started(guestfs: Any, socket: str) -> Any:
    """Start the machine, without the processor's help where that is offered and fails."""
    has_kvm = os.access(KVM, os.R_OK | os.W_OK)
    for settings in ([], ["force_tcg"]) if has_kvm else (["force_tcg"],):
        guest = guestfs.GuestFS(python_return_dict=True)
        guest.set_backend_settings(settings)
        guest.set_memsize(MEMORY_MIB)
        guest.add_drive_opts("", format="raw", protocol="nbd", server=[f"unix:{socket}"])
        with suppress(RuntimeError):
            guest.launch()
            return guest
        guest.close()
    raise Unfit("the machine that writes on disks does not start on this node")


def _rows(text: str) -> Iterator[list[str]]:
    return (line.split(":") for line in text.splitlines())


def main() -> int:
    """Write what the standard input says, on the disk that is served in a directory."""
    order = json.load(sys.stdin)
    try:
        with _opened(f"{sys.argv[1]}/disk.sock") as guest:
            _fulfil(Disk(guest), order)
    except Unfit as reason:
        say(str(reason))
        return 1
    except (RuntimeError, ValueError) as problem:  # libguestfs, and names that no file can have
        say(f"the disk can't be written: {problem}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
