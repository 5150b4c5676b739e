# SPDX-License-Identifier: Apache-2.0
"""Laboratories: the real things that the system tests run against. README.rst tells how to use them."""

from __future__ import annotations

from .ceph import CephLab
from .errors import LabError, LabFailed, LabUnavailable
from .ganeti import GanetiLab
from .ldap import LdapLab
from .postgres import PostgresLab
from .rabbitmq import RabbitLab
from .shibboleth import ShibbolethLab

__all__ = [
    "CephLab",
    "GanetiLab",
    "LabError",
    "LabFailed",
    "LabUnavailable",
    "LdapLab",
    "PostgresLab",
    "RabbitLab",
    "ShibbolethLab",
]
