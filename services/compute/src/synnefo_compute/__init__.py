# SPDX-License-Identifier: Apache-2.0
"""Servers, their flavors and keypairs.

This is the pattern room: the others look the same. What a request needs is reserved in one
transaction (:mod:`synnefo_compute.servers`), what is to be done outside is a saga
(:mod:`synnefo_compute.sagas`), and the states are data (:mod:`synnefo_compute.states`).
"""

from synnefo_compute import flavors, keypairs, states
from synnefo_compute.flavors import Flavor
from synnefo_compute.keypairs import Keypair, NewKeypair
from synnefo_compute.servers import (
    Server,
    ServerSpec,
    create_server,
    delete_server,
    list_servers,
    reboot_server,
    rename_server,
    show_server,
    start_server,
    stop_server,
)

__all__ = [
    "Flavor",
    "Keypair",
    "NewKeypair",
    "Server",
    "ServerSpec",
    "create_server",
    "delete_server",
    "flavors",
    "keypairs",
    "list_servers",
    "reboot_server",
    "rename_server",
    "show_server",
    "start_server",
    "states",
    "stop_server",
]
