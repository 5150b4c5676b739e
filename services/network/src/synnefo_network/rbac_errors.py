# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with opening networks to others."""

from __future__ import annotations

from synnefo_core.errors import Conflict


class SharedNetworkInUse(Conflict):
    """Others have ports on a network that was to be closed to them."""

    code = "shared_network_in_use"

    def __init__(self, network_id: str) -> None:
        """Say which network."""
        super().__init__(f"other projects have ports on the shared network {network_id}")
        self.network_id = network_id


class RbacPolicyInUse(Conflict):
    """Somebody uses what a policy permits."""

    code = "rbac_policy_in_use"

    def __init__(self, policy_id: str, network_id: str) -> None:
        """Say which policy of which network."""
        super().__init__(f"RBAC policy {policy_id} is in use: others need network {network_id}")
        self.policy_id, self.network_id = policy_id, network_id
