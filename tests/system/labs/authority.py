# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of a laboratory's own, and a certificate of it for ``localhost``."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .errors import LabFailed
from .processes import PATH

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def certify_localhost(folder: Path) -> None:
    """Make ``ca.pem``, ``server.pem`` and ``server.key`` in a new folder; 127.0.0.1 is not in them."""
    folder.mkdir()
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _request(folder, *usage, "-subj", "/CN=Lab CA", "-keyout", "ca.key", "-out", "ca.pem")
    _request(
        folder,
        *("-CA", "ca.pem", "-CAkey", "ca.key", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost"),
        *("-addext", "basicConstraints=critical,CA:FALSE"),
        *("-keyout", "server.key", "-out", "server.pem"),
    )


def _request(folder: Path, *words: str) -> None:
    done = subprocess.run(
        ["openssl", "req", "-x509", "-days", "30", *KEY, *words],
        cwd=folder,
        env={"PATH": PATH, "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise LabFailed(f"openssl failed: {done.stdout[-2000:]}")
