# SPDX-License-Identifier: Apache-2.0
"""Bodies of agents."""

from synnefo_api_network.schemas import types

UPDATE = types.one("agent", {"admin_state_up": types.BOOLEAN}, required=("admin_state_up",))
