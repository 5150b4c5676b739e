# SPDX-License-Identifier: Apache-2.0
"""A throw-away organisation: a SAML identity provider, and Apache with Shibboleth in front of a cloud."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from string import Template

from . import packages
from .errors import LabFailed
from .lab import Lab
from .processes import PATH, as_user, spawn, tail
from .waiting import accepts, free_port, until

HERE = Path(__file__).parent / "saml"
USER = "www-data"
MODULES = "/usr/lib/apache2/modules"
STOCK = ("security-policy.xml", "protocols.xml", "attribute-policy.xml")
TEMPLATES = ("httpd.conf", "shibboleth2.xml")
LOGGER = """\
log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName={log}
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%d{{%Y-%m-%d %H:%M:%S}} %p %c %x: %m%n
"""


class ShibbolethLab(Lab):
    """People of ``lab.test`` whose password is ``secret``, and the cloud behind Apache.

    ``saml/idp.py`` says who they are: irini and kostas; mallory, whose identifier is of another
    organisation; nobody, of whom nothing is told. Apache adds the headers ``Sso...`` and
    ``X-Login-Secret`` below ``/identity/v3/`` (``saml/httpd.conf``). As root all run as ``www-data``.
    """

    def __init__(
        self, directory: Path | None = None, *, backend: str = "http://127.0.0.1:8080"
    ) -> None:
        """Prepare without starting anything.

        Args:
            directory: As for any laboratory.
            backend: Where the cloud is; it may come later.
        """
        super().__init__(directory)
        self._backend = backend

    @property
    def url(self) -> str:
        """Apache's address: the cloud's public one."""
        return self.record.facts["url"]

    @property
    def idp_url(self) -> str:
        """The identity provider's address; its entity id is ``/idp`` there."""
        return self.record.facts["idp_url"]

    @property
    def secret(self) -> str:
        """What Apache shows to the cloud."""
        return self.record.facts["secret"]

    def logs(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"--- {p.name}\n{tail(p)}" for p in sorted(self.directory.glob("*.log")))

    def _start(self) -> None:
        packages.ensure("shibboleth")
        port, idp_port = free_port(), free_port()
        self._claim(f"shibboleth-{port}")
        self.record.facts |= {
            "url": f"http://127.0.0.1:{port}",
            "idp_url": f"http://127.0.0.1:{idp_port}",
            "secret": secrets.token_urlsafe(24),
            "backend": self._backend,
            "people": "irini, kostas, mallory, nobody; password secret",
        }
        self._environment = {
            "PATH": PATH,
            "HOME": str(self.directory),
            "LC_ALL": "C.UTF-8",
            "IDP_URL": self.idp_url,
        }
        for name in ("idp", "sp"):
            self._make_key(name)
        self._write_files(port)
        self._serve_service_provider(port)
        self._serve_identity_provider(idp_port)

    def _make_key(self, name: str) -> None:
        request = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30")
        files = ("-keyout", f"{name}.key", "-out", f"{name}.pem")
        self._run([*request, "-subj", f"/CN={name}", *files])

    def _write_files(self, port: int) -> None:
        directory = self.directory
        (directory / "htdocs").mkdir()
        for name in STOCK:
            shutil.copy(Path("/etc/shibboleth", name), directory)
        for path in Path("/etc/shibboleth").glob("*.html"):
            shutil.copy(path, directory)
        for name in ("attribute-map.xml", "idp.py"):
            shutil.copy(HERE / name, directory)
        facts = {**self.record.facts, "directory": str(directory), "port": str(port)}
        facts |= {"modules": MODULES, "spoof_key": secrets.token_hex(16)}
        for name in TEMPLATES:
            (directory / name).write_text(Template((HERE / name).read_text()).substitute(facts))
        for name in ("shibd", "native"):
            text = LOGGER.format(log=directory / f"{name}.log")
            (directory / f"{name}.logger").write_text(text)
        metadata = self._run(["/usr/bin/python3", "idp.py", "metadata"])
        (directory / "idp-metadata.xml").write_text(metadata)
        if os.geteuid() == 0:
            for path in (directory, *directory.rglob("*")):
                shutil.chown(path, USER, USER)

    def _serve_service_provider(self, port: int) -> None:
        place = str(self.directory)
        shibd = ["/usr/sbin/shibd", "-F", "-f", "-c", f"{place}/shibboleth2.xml"]
        shibd += ["-p", f"{place}/shibd.pid"]
        self._serve("shibd", shibd, lambda: (self.directory / "shibd.sock").exists())
        apache = ["/usr/sbin/apache2", "-D", "FOREGROUND", "-f", f"{place}/httpd.conf"]
        self._serve("apache", apache, lambda: accepts("127.0.0.1", port))
        until(self._has_metadata, "the service provider's metadata", within_s=60)

    def _has_metadata(self) -> bool:
        """Whether the service provider tells what an identity provider has to know, which is kept."""
        try:
            with urllib.request.urlopen(f"{self.url}/Shibboleth.sso/Metadata", timeout=5) as answer:
                (self.directory / "sp-metadata.xml").write_bytes(answer.read())
        except urllib.error.URLError:  # shibd reads its configuration after it listens
            return False
        return True

    def _serve_identity_provider(self, port: int) -> None:
        command = ["/usr/bin/python3", "idp.py", "serve"]
        self._serve("idp", command, lambda: accepts("127.0.0.1", port))

    def _serve(self, name: str, command: list[str], is_ready: Callable[[], bool]) -> None:
        log = self.directory / f"{name}-output.log"
        child = spawn(
            [*as_user(USER), *command],
            log=log,
            environment=self._environment,
            directory=self.directory,
        )
        self.record.add(self._adopt(child), signal.SIGTERM)
        until(
            is_ready,
            f"{name} to answer; {log} may tell",
            within_s=60,
            watch=lambda: self._watch(child, log),
        )

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.directory,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise LabFailed(f"{' '.join(command)} failed: {done.stderr[-2000:]}")
        return done.stdout
