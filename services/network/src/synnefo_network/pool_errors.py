# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with subnet pools and address scopes."""

from __future__ import annotations

from synnefo_core.errors import Conflict, Invalid


class PoolExhausted(Conflict):
    """A pool has not the range that is asked for."""

    code = "subnet_pool_exhausted"

    def __init__(self, pool_id: str, wanted: str) -> None:
        """Say what was wanted of which pool: a range, or ``/length``."""
        super().__init__(f"subnet pool {pool_id} can't give {wanted}")
        self.pool_id, self.wanted = pool_id, wanted


class PoolQuotaExceeded(Conflict):
    """A project would have more of a pool than it may."""

    code = "subnet_pool_quota_exceeded"

    def __init__(self, pool_id: str) -> None:
        """Say of which pool."""
        super().__init__(f"the project would have more of subnet pool {pool_id} than it may")
        self.pool_id = pool_id


class PoolInUse(Conflict):
    """Subnets have been cut from a pool."""

    code = "subnet_pool_in_use"

    def __init__(self, pool_id: str) -> None:
        """Say from which pool."""
        super().__init__(f"subnets were cut from subnet pool {pool_id}")
        self.pool_id = pool_id


class PrefixesLost(Invalid):
    """A pool would lose ranges that it had."""

    code = "prefixes_lost"

    def __init__(self, pool_id: str) -> None:
        """Say which pool."""
        super().__init__(f"the prefixes of subnet pool {pool_id} can only grow by an update")
        self.pool_id = pool_id


class ScopesOverlap(Conflict):
    """Two pools of an address scope would overlap."""

    code = "scopes_overlap"

    def __init__(self, scope_id: str) -> None:
        """Say in which scope."""
        super().__init__(f"the prefixes overlap those of another pool of address scope {scope_id}")
        self.scope_id = scope_id


class ScopeInUse(Conflict):
    """Pools are in an address scope."""

    code = "address_scope_in_use"

    def __init__(self, scope_id: str) -> None:
        """Say in which scope."""
        super().__init__(f"subnet pools are in address scope {scope_id}")
        self.scope_id = scope_id
