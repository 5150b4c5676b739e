# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Mapping

from synnefo_backend_ganeti import translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient, errors
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, InstanceMissing
from synnefo_core.contracts.rescue import Boot, Rescue


class GanetiRescue(Rescue):
    """Start instances of the hypervisor KVM from a CD-ROM that their nodes find.

    Its words are the hypervisor's parameters that say from what an instance starts, as far as it
    has them for itself. A kernel outside of the guest would go before any medium.
    """

    def __init__(self, client: RapiClient, media: Mapping[str, str]) -> None:
        """Take the media's paths or URLs on the nodes, by name."""
        self._client = client
        self.media = {
            name: {"boot_order": "cdrom", "cdrom_image_path": where, "kernel_path": ""}
            for name, where in media.items()
        }

    def boot(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Boot:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            try:
                return translation.boot(self._client.instance(name, deadline=deadline))
            except errors.NotFound as error:
                raise InstanceMissing(f"the cluster has no instance {name}") from error

    def set_boot(self, name: str, boot: Boot, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.set_parameters(name, boot, deadline=deadline))
