# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

from synnefo_backend_ganeti import translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient, errors
from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    Console,
    Consoles,
    InstanceMissing,
    RequestRefused,
)


class GanetiConsoles(Consoles):
    """Find the VNC displays of instances."""

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def console(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Console | None:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            try:
                display = self._client.display(name, deadline=deadline)
            except errors.NotFound as error:
                raise InstanceMissing(f"the cluster has no instance {name}") from error
            # Of what does not run, Ganeti answers 503 to the next question.
            if not translation.runs(display.status):
                raise RequestRefused(f"instance {name} does not run")
            recommended = self._client.console(name, deadline=deadline)
        return translation.console(recommended, display)
