# SPDX-License-Identifier: Apache-2.0
"""What the worker does for servers, one module a saga."""

from synnefo_compute.sagas import act, create_server, delete_server

SAGAS = (create_server.SAGA, delete_server.SAGA, act.SAGA)
