# SPDX-License-Identifier: Apache-2.0
"""A throw-away LDAP directory: OpenLDAP's slapd on loopback, with a certificate authority of its own."""

from __future__ import annotations

import base64
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import authority, packages
from .errors import LabFailed
from .lab import Lab
from .processes import PATH, as_user, hold, spawn, tail
from .waiting import accepts, free_port, until

BASE = "dc=lab,dc=test"
ADMIN = f"cn=admin,{BASE}"
READER = f"cn=reader,{BASE}"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
PASSWORD = "secret"
ENVIRONMENT = {"PATH": PATH, "LC_ALL": "C.UTF-8"}

CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile {directory}/slapd.pid
{encryption}
# A search gets 500 entries at once; more come in pages.
sizelimit size.soft=500 size.hard=500 size.pr=500 size.prtotal=unlimited
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {directory}/db
maxsize 268435456
dbnosync
index objectClass,uid,cn,member,memberOf,memberUid,entryUUID eq
overlay memberof
overlay ppolicy
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by users read by * none
"""

ENCRYPTION = """\
TLSCACertificateFile {directory}/tls/ca.pem
TLSCertificateFile {directory}/tls/server.pem
TLSCertificateKeyFile {directory}/tls/server.key"""


class LdapLab(Lab):
    """A directory of people whose password is ``secret``: u00001, u00002 … and groups.

    u00001 to u00020 are in ``cloud-users``, that is in ``staff``, that in ``everyone``; u00001 is
    in ``cloud-admins`` and, by name, in the posixGroup ``operators``; u00002 is in the 600 groups
    ``many-000`` …; u00003 is in ``circle-a``, which is in ``circle-b``, which is in ``circle-a``.
    The certificate is for ``localhost``, not for 127.0.0.1. As root the server runs as ``openldap``.
    """

    def __init__(
        self, directory: Path | None = None, *, people: int = 100, is_encrypted: bool = True
    ) -> None:
        """Prepare without starting anything.

        Args:
            directory: As for any laboratory.
            people: How many there are.
            is_encrypted: Whether the server has a certificate; without it there is no
                ``ldaps_url`` and StartTLS is refused.
        """
        super().__init__(directory)
        self._people, self._is_encrypted = people, is_encrypted

    @property
    def url(self) -> str:
        """The address without encryption, or for StartTLS."""
        return self.record.facts["url"]

    @property
    def ldaps_url(self) -> str:
        """The encrypted address."""
        return self.record.facts["ldaps_url"]

    @property
    def ca_file(self) -> Path:
        """The certificate of the authority."""
        return self.directory / "tls/ca.pem"

    @property
    def log(self) -> str:
        """What the server wrote: a line for each operation."""
        return (self.directory / "slapd.log").read_text(errors="replace")

    def pause(self) -> None:
        """Let the server hang: it is connected to, and never answers."""
        hold(self._server.pid)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self._server.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End the server, as a power cut would."""
        self._server.kill()
        self._server.wait(timeout=20)

    def restart(self) -> None:
        """Start the server again, at the same addresses, with what was in it."""
        self._serve()

    def _start(self) -> None:
        packages.ensure("ldap")
        self._port, self._ldaps_port = free_port(), free_port()
        self._claim(f"ldap-{self._port}")
        # A copy: where AppArmor knows /usr/sbin/slapd it may not read our files.
        self._program = Path(shutil.copy("/usr/sbin/slapd", self.directory / "slapd"))
        (self.directory / "db").mkdir()
        if self._is_encrypted:
            authority.certify_localhost(self.directory / "tls")
        self._write_configuration()
        self._load()
        self._give_away()
        self.record.facts |= {
            "url": f"ldap://localhost:{self._port}",
            "base": BASE,
            "admin": f"{ADMIN}, password {PASSWORD}",
            "reader": f"{READER}, password {PASSWORD}",
        }
        if self._is_encrypted:
            self.record.facts |= {
                "ldaps_url": f"ldaps://localhost:{self._ldaps_port}",
                "ca_file": str(self.ca_file),
            }
        self._serve()

    def _write_configuration(self) -> None:
        encryption = ENCRYPTION.format(directory=self.directory) if self._is_encrypted else ""
        text = CONFIGURATION.format(
            directory=self.directory,
            encryption=encryption,
            base=BASE,
            admin=ADMIN,
            reader=READER,
            password=_hashed(PASSWORD),
        )
        (self.directory / "slapd.conf").write_text(text)

    def _load(self) -> None:
        (self.directory / "people.ldif").write_text("\n".join(_entries(self._people)))
        options = ["-q", "-f", "slapd.conf", "-l", "people.ldif"]
        self._run([str(self._program), "-T", "add", *options], self.directory)

    def _give_away(self) -> None:
        """Make the server's user the owner of its files."""
        if os.geteuid() == 0:
            user = pwd.getpwnam("openldap")
            for path in (self.directory, *self.directory.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)

    def _serve(self) -> None:
        addresses = [f"ldap://127.0.0.1:{self._port}/"]
        if self._is_encrypted:
            addresses.append(f"ldaps://127.0.0.1:{self._ldaps_port}/")
        log = self.directory / "slapd.log"
        command = [str(self._program), "-d", "stats", "-h", " ".join(addresses), "-f", "slapd.conf"]
        self._server = spawn(
            [*as_user("openldap"), *command],
            log=log,
            environment=ENVIRONMENT,
            directory=self.directory,
        )
        self.record.add(self._adopt(self._server))
        until(
            lambda: accepts("127.0.0.1", self._port),
            f"slapd to answer; {log} may tell",
            within_s=30,
            watch=lambda: self._watch(self._server, log),
        )

    def _run(self, command: list[str], folder: Path) -> None:
        done = subprocess.run(
            command,
            cwd=folder,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise LabFailed(
                f"{command[0]} failed: {done.stdout[-2000:]}{tail(folder / 'slapd.log')}"
            )


def person(number: int) -> str:
    """The DN of a person."""
    return f"uid=u{number:05},{PEOPLE}"


def _entries(people: int) -> Iterator[str]:
    """The whole directory as LDIF."""
    hashed = _hashed(PASSWORD)
    yield _entry(BASE, "dcObject", "organization", o="Lab", dc="lab")
    yield _entry(PEOPLE, "organizationalUnit", ou="people")
    yield _entry(GROUPS, "organizationalUnit", ou="groups")
    yield _entry(
        READER, "organizationalRole", "simpleSecurityObject", cn="reader", userPassword=hashed
    )
    # slapadd runs no overlays: what memberof would add is written here.
    groups = dict(_groups())
    belongs: dict[str, list[str]] = {}
    for group, members in groups.items():
        for member in members:
            belongs.setdefault(member, []).append(group)
    for number in range(1, people + 1):
        name = f"u{number:05}"
        yield _entry(
            person(number),
            "inetOrgPerson",
            uid=name,
            cn=f"Person {number}",
            givenName="Ειρήνη",
            sn=f"No{number}",
            mail=f"{name}@lab.test",
            userPassword=hashed,
            memberOf=belongs.get(person(number), []),
        )
    for group, members in groups.items():
        name = group.partition(",")[0].removeprefix("cn=")
        yield _entry(
            group, "groupOfNames", cn=name, member=members, memberOf=belongs.get(group, [])
        )
    yield _entry(
        _group("operators"), "posixGroup", cn="operators", gidNumber="1", memberUid="u00001"
    )


def _groups() -> Iterator[tuple[str, list[str]]]:
    """The groups and their members."""
    yield _group("cloud-users"), [person(number) for number in range(1, 21)]
    yield _group("cloud-admins"), [person(1)]
    yield _group("staff"), [_group("cloud-users")]
    yield _group("everyone"), [_group("staff")]
    yield _group("circle-a"), [person(3), _group("circle-b")]
    yield _group("circle-b"), [_group("circle-a")]
    for number in range(600):
        yield _group(f"many-{number:03}"), [person(2)]


def _group(name: str) -> str:
    return f"cn={name},{GROUPS}"


def _entry(dn: str, *classes: str, **attributes: str | list[str]) -> str:
    lines = [f"dn: {dn}", *(f"objectClass: {name}" for name in classes)]
    for name, values in attributes.items():
        several = [values] if isinstance(values, str) else values
        encoded = (base64.b64encode(value.encode()).decode() for value in several)
        lines += [f"{name}:: {text}" for text in encoded]
    return "\n".join([*lines, ""])


def _hashed(password: str) -> str:
    """A password as slapd keeps it by default."""
    salt = os.urandom(8)
    digest = hashlib.sha1(password.encode() + salt, usedforsecurity=False).digest()
    return f"{{SSHA}}{base64.b64encode(digest + salt).decode()}"
