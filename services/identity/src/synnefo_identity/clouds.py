# SPDX-License-Identifier: Apache-2.0
"""The files by which stock clients find the new cloud: ``clouds.yaml`` and ``admin-openrc``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import yaml

from synnefo_core.cloud import Cloud
from synnefo_core.keys import write_private

ADMIN_CLOUD = "synnefo-admin"
DEMO_CLOUD = "synnefo"


def path(cloud: Cloud) -> Path:
    """Return where the clients' file is."""
    return cloud.data_dir / "clouds.yaml"


def write(cloud: Cloud, *, admin_password: str, demo_password: str) -> None:
    """Write both files, readable by their owner only."""
    _write(
        cloud,
        {
            ADMIN_CLOUD: _entry("admin", "admin", admin_password),
            DEMO_CLOUD: _entry("demo", "demo", demo_password),
        },
    )


def refresh(cloud: Cloud) -> None:
    """Say where the cloud is now in files that are there; what a person changed is kept."""
    if not path(cloud).is_file():
        return
    content = yaml.safe_load(path(cloud).read_text())
    entries = content.get("clouds") if isinstance(content, dict) else None
    if isinstance(entries, dict) and {ADMIN_CLOUD, DEMO_CLOUD} <= set(entries):
        _write(cloud, entries)


def _entry(user: str, project: str, password: str) -> dict[str, Any]:
    return {
        "auth": {
            "username": user,
            "password": password,
            "project_name": project,
            "user_domain_id": "default",
            "project_domain_id": "default",
        },
        "identity_api_version": 3,
    }


def _write(cloud: Cloud, entries: dict[str, Any]) -> None:
    for name in (ADMIN_CLOUD, DEMO_CLOUD):
        entries[name]["auth"]["auth_url"] = f"{cloud.public_url}/identity/v3"
        entries[name]["region_name"] = cloud.config.region
    content = yaml.safe_dump({"clouds": entries}, sort_keys=False)
    if not path(cloud).is_file() or path(cloud).read_text() != content:
        write_private(path(cloud), content.encode())
    openrc = cloud.data_dir / "admin-openrc"
    write_private(openrc, _openrc(entries[ADMIN_CLOUD]).encode())


def _openrc(entry: dict[str, Any]) -> str:
    values = {f"OS_{name.upper()}": value for name, value in entry["auth"].items()}
    values["OS_REGION_NAME"] = entry["region_name"]
    values["OS_IDENTITY_API_VERSION"] = "3"
    return "".join(f"export {name}={shlex.quote(str(v))}\n" for name, v in values.items())
