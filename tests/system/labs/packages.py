# SPDX-License-Identifier: Apache-2.0
"""Debian and Ubuntu packages that the laboratories need.

Nothing that gets installed starts by itself: not now (a policy-rc.d that forbids it stands
for as long as apt runs) and not at the next boot (its services are disabled).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import debian, records
from .errors import LabFailed, LabUnavailable
from .processes import PATH

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_ASIDE = Path("/usr/sbin/policy-rc.d.synnefo-labs")
POLICY_TEXT = "#!/bin/sh\n# synnefo-labs: no service starts while the laboratories install packages\nexit 101\n"
INSTALL = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends"]


@dataclass(frozen=True)
class Need:
    """A package and how to see that it is there, from wherever it came.

    Attributes:
        package: What apt calls it, on Debian 12 and Ubuntu 24.04.
        sign: A glob below ``/`` that matches once it is installed.
        services: The units that it enables for the next boot.
    """

    package: str
    sign: str
    services: tuple[str, ...] = ()


_SANDBOX = (Need("iproute2", "*bin/ip"), Need("util-linux", "usr/bin/nsenter"))
_DEBIAN_TREE = (
    *_SANDBOX,
    Need("debootstrap", "usr/sbin/debootstrap"),
    Need("debian-archive-keyring", "usr/share/keyrings/debian-archive-keyring.*"),
)
_GUEST = (
    # The dynamic busybox has the same path, but would need its libraries in the guest.
    Need("busybox-static", "var/lib/dpkg/info/busybox-static.list"),
    Need("kmod", "*bin/depmod"),
    Need("xz-utils", "usr/bin/xz"),
    Need("zstd", "usr/bin/zstd"),
)
# What the OS definition of guests with cloud-init runs on a node.
_NODE = (Need("qemu-utils", "usr/bin/qemu-img"), Need("genisoimage", "usr/bin/genisoimage"))
_GANETI: tuple[Need, ...] = _DEBIAN_TREE
_KVM: tuple[Need, ...] = (*_DEBIAN_TREE, *_GUEST)
if debian.is_here():
    _GANETI = (*_SANDBOX, Need("ganeti", "usr/sbin/gnt-cluster", ("ganeti.service",)))
    _KVM = (*_GANETI, *_GUEST, *_NODE, Need("qemu-system-x86", "usr/bin/qemu-system-x86_64"))

GROUPS: dict[str, tuple[Need, ...]] = {
    "postgres": (Need("postgresql", "usr/lib/postgresql/*/bin/initdb", ("postgresql.service",)),),
    "rabbitmq": (
        Need(
            "rabbitmq-server",
            "usr/lib/rabbitmq/bin/rabbitmq-server",
            ("rabbitmq-server.service", "epmd.socket"),
        ),
        Need("openssl", "usr/bin/openssl"),
    ),
    "memcached": (Need("memcached", "usr/bin/memcached", ("memcached.service",)),),
    "ldap": (
        Need("slapd", "usr/sbin/slapd", ("slapd.service",)),
        Need("openssl", "usr/bin/openssl"),
        # The client library is built when it is installed.
        Need("gcc", "usr/bin/gcc"),
        Need("libldap-dev", "usr/include/ldap.h"),
        Need("libsasl2-dev", "usr/include/sasl/sasl.h"),
    ),
    "shibboleth": (
        Need("libapache2-mod-shib", "usr/lib/apache2/modules/mod_shib.so"),
        # The servers alone: the package apache2 would bring a service and a site.
        Need("apache2-bin", "usr/sbin/apache2"),
        Need("shibboleth-sp-utils", "usr/sbin/shibd", ("shibd.service",)),
        Need("python3-pysaml2", "usr/lib/python3/dist-packages/saml2/__init__.py"),
        Need("openssl", "usr/bin/openssl"),
    ),
    "ceph": (
        Need(
            "ceph-mon",
            "usr/bin/ceph-mon",
            ("ceph.target", "ceph-mon.target"),
        ),
        Need("ceph-osd", "usr/bin/ceph-osd", ("ceph-osd.target",)),
        Need("ceph-common", "usr/bin/ceph-authtool"),
        Need("python3-rados", "usr/lib/python3/dist-packages/rados.*.so"),
    ),
    "clients": (
        Need("rclone", "usr/bin/rclone"),
        Need("restic", "usr/bin/restic"),
        Need("duplicity", "usr/bin/duplicity"),
        # What duplicity speaks to object storage with.
        Need("python3-swiftclient", "usr/lib/python3/dist-packages/swiftclient/__init__.py"),
        Need("python3-keystoneclient", "usr/lib/python3/dist-packages/keystoneclient/__init__.py"),
    ),
    "cloud-guest": (
        Need("mmdebstrap", "usr/bin/mmdebstrap"),
        Need("debian-archive-keyring", "usr/share/keyrings/debian-archive-keyring.*"),
        Need("e2fsprogs", "usr/sbin/mke2fs"),
    ),
    "wires": (
        *_SANDBOX,
        Need("nftables", "*sbin/nft", ("nftables.service",)),
        Need("dnsmasq-base", "*sbin/dnsmasq"),
        # Guests' clients: of DHCPv4 and of DHCPv6.
        Need("busybox-static", "var/lib/dpkg/info/busybox-static.list"),
        Need("isc-dhcp-client", "*sbin/dhclient"),
    ),
    "nbd": (
        Need("libnbd-bin", "usr/bin/nbdinfo"),
        Need("qemu-utils", "usr/bin/qemu-io"),
        Need("openssl", "usr/bin/openssl"),
    ),
    # What makes file systems in files, and puts files on them without mounting.
    "disks": (
        Need("e2fsprogs", "*sbin/mke2fs"),
        Need("dosfstools", "*sbin/mkfs.fat"),
        Need("mtools", "usr/bin/mcopy"),
        Need("ntfs-3g", "*sbin/mkntfs"),
        Need("genisoimage", "usr/bin/genisoimage"),
        Need("fdisk", "*sbin/sfdisk"),
    ),
    # What writes on the disks of guests without cloud-init, and the tools that unpack its kernel.
    "guestfs": (
        Need("python3-guestfs", "usr/lib/python3/dist-packages/guestfs.py"),
        Need("qemu-system-x86", "usr/bin/qemu-system-x86_64"),
        Need("qemu-utils", "usr/bin/qemu-nbd"),
        Need("genisoimage", "usr/bin/genisoimage"),
        Need("e2fsprogs", "*sbin/mke2fs"),
        Need("kmod", "*bin/depmod"),
    ),
    "fio": (Need("fio", "usr/bin/fio"),),
    "ganeti": _GANETI,
    "kvm": _KVM,
}


def missing(group: str) -> list[Need]:
    """What of a group is not installed."""
    return [need for need in GROUPS[group] if not any(Path("/").glob(need.sign))]


def ensure(group: str) -> None:
    """Install what a group lacks; do nothing if it lacks nothing.

    Raises:
        LabUnavailable: Something lacks and we may not install it; names the command that would.
        LabFailed: apt refused.
    """
    if not missing(group):
        return
    if os.geteuid() != 0 or shutil.which("apt-get", path=PATH) is None:
        names = " ".join(need.package for need in missing(group))
        raise LabUnavailable(
            f"packages are missing for {group}; as root: apt-get install --no-install-recommends {names}"
        )
    with (records.folder() / "packages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lacking = missing(group)  # another run may have installed it while we waited
        if lacking:
            with _no_service_starts():
                _install([need.package for need in lacking])
            _disable([service for need in lacking for service in need.services])
    if missing(group):
        raise LabFailed(f"apt installed {group} but not what was looked for: {missing(group)}")


def _install(names: list[str]) -> None:
    """Install packages, reading the lists anew only if the first attempt fails."""
    if _apt([*INSTALL, *names]).returncode == 0:
        return
    _apt(["apt-get", "-o", "DPkg::Lock::Timeout=300", "update"])
    done = _apt([*INSTALL, *names])
    if done.returncode != 0:
        raise LabFailed(f"`{' '.join(INSTALL + names)}` failed:\n{done.stdout[-2000:]}")


def _apt(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": PATH, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    # A proxy that the user set is the user's way to the archive.
    environment |= {
        key: value for key, value in os.environ.items() if key.lower().endswith("_proxy")
    }
    return subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1200,
        check=False,
    )


def _disable(services: list[str]) -> None:
    """Undo that the packages enabled their services for the next boot."""
    if services and shutil.which("systemctl", path=PATH):
        # One that this release of the package does not have is fine.
        subprocess.run(
            ["systemctl", "disable", "--quiet", *services], capture_output=True, check=False
        )


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Forbid packages to start services, then put back the rule that was there."""
    if POLICY.exists() and POLICY.read_text(errors="replace") != POLICY_TEXT:
        POLICY.rename(POLICY_ASIDE)  # an aside from a killed run stays: ours is in its place then
    try:
        POLICY.write_text(POLICY_TEXT)
        POLICY.chmod(0o755)
        yield
    finally:
        POLICY.unlink()
        if POLICY_ASIDE.exists():
            POLICY_ASIDE.rename(POLICY)
