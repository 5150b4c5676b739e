# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Consoles``; skipped where there is none."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from synnefo_core.contracts.compute import (
    ComputeBackend,
    ConsoleKind,
    Consoles,
    InstanceMissing,
    RequestRefused,
)
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory

_GREETING_BYTES = 12


class ConsolesContract(ComputeRig):
    """What a compute backend does that lets screens be reached."""

    @pytest.fixture
    def consoles(self, backend: ComputeBackend) -> Consoles:
        """Return the facet."""
        if backend.consoles is None:
            pytest.skip("the backend has no consoles")
        return backend.consoles

    def test_the_console_of_what_runs_answers(
        self, backend: ComputeBackend, consoles: Consoles, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec()).name

        console = consoles.console(name)

        if console is None:
            pytest.skip("the cluster gives its instances no console")
        with closing(socket.create_connection((console.host, console.port), timeout=10)) as screen:
            if console.kind is ConsoleKind.VNC:  # else the client speaks first
                assert screen.makefile("rb").read(_GREETING_BYTES).startswith(b"RFB 003.")

    def test_what_does_not_run_has_no_console(
        self, backend: ComputeBackend, consoles: Consoles, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec(is_started=False)).name

        with pytest.raises(RequestRefused):
            consoles.console(name)

    def test_an_unknown_instance_has_no_console(
        self, consoles: Consoles, instance_spec: SpecFactory
    ) -> None:
        with pytest.raises(InstanceMissing):
            consoles.console(instance_spec().name)
