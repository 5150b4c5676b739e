# SPDX-License-Identifier: Apache-2.0
"""Roles that some of the required tests give to people, and no cloud has by default."""

from __future__ import annotations

from typing import Any

import requests

from tools.interop.cloud import PASSWORD, Cloud

NEEDED = {"object_storage": ("ResellerAdmin",)}
"""By the list of tests."""


def make(cloud: Cloud, names: tuple[str, ...]) -> None:
    """Make roles as the administrator."""
    with requests.Session() as session:
        token = _post(session, f"{cloud.url}/identity/v3/auth/tokens", _login())
        session.headers["X-Auth-Token"] = token.headers["X-Subject-Token"]
        for name in names:
            _post(session, f"{cloud.url}/identity/v3/roles", {"role": {"name": name}})


def _login() -> dict[str, Any]:
    domain = {"id": "default"}
    user = {"name": "admin", "domain": domain, "password": PASSWORD}
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = {"project": {"name": "admin", "domain": domain}}
    return {"auth": {"identity": identity, "scope": scope}}


def _post(session: requests.Session, url: str, body: dict[str, Any]) -> requests.Response:
    answer = session.post(url, json=body, timeout=30)
    answer.raise_for_status()
    return answer
