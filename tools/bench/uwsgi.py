# SPDX-License-Identifier: Apache-2.0
"""How services of OpenStack are served, and who asks them where nobody authenticates."""

from __future__ import annotations

from pathlib import Path

from tools.bench.peers import Installed

THREADS = 16
"""Of each process."""
USER, PROJECT = "bench-user", "beac"
"""Whose everything is, unless a service is filled with something else."""


def identified(user: str = USER, project: str = PROJECT) -> tuple[tuple[str, str], ...]:
    """Return the headers that Keystone's filter would set for a member."""
    return (
        ("X-User-Id", user),
        ("X-Project-Id", project),
        ("X-Roles", "member,reader"),
        ("X-Identity-Status", "Confirmed"),
    )


def command(installed: Installed, port: int, *, workers: int, application: list[str]) -> list[str]:
    """Return uwsgi's command; its threads are as many as connections, which each keep one."""
    return [
        str(installed.programs / "uwsgi"),
        *application,
        *("--master", "--die-on-term", "--need-app", "--disable-logging", "--enable-threads"),
        *("--http11-socket", f"127.0.0.1:{port}", "--so-keepalive", "--listen", "100"),
        *("--http-chunked-input", "--buffer-size", "65535", "--lazy-apps"),
        *("--processes", str(workers), "--threads", str(THREADS)),
    ]


def without_authentication(shipped: Path, directory: Path) -> Path:
    """Write a service's own pipeline into a directory, without the filter that asks Keystone."""
    pipeline = directory / shipped.name
    pipeline.write_text(shipped.read_text().replace(" authtoken ", " "))
    return pipeline


def database_url(url: str) -> str:
    """Return a database's URL for the driver that services of OpenStack have."""
    return url.replace("+psycopg", "+psycopg2")
