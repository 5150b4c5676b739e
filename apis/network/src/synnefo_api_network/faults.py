# SPDX-License-Identifier: Apache-2.0
"""Neutron's dialect of errors: ``{"NeutronError": {"type": …, "message": …, "detail": ""}}``."""

from __future__ import annotations

from synnefo_core import errors
from synnefo_core.contracts.api import Fault

TYPES = {
    "address_forwarded": "PortHasPortForwarding",
    "address_in_use": "IpAddressInUse",
    "address_outside": "InvalidIpForNetwork",
    "address_scope_in_use": "AddressScopeInUse",
    "already_translated": "FloatingIPPortAlreadyAssociated",
    "bad_route": "InvalidRoutes",
    "conflict": "Conflict",
    "default_security_group": "SecurityGroupDefaultAlreadyExists",
    "duplicate": "Conflict",
    "external_network_in_use": "ExternalNetworkInUse",
    "forbidden": "PolicyNotAuthorized",
    "invalid": "HTTPBadRequest",
    "floating_ip_forwards": "FipInUseByPortForwarding",
    "floating_ip_translates": "FloatingIPInUse",
    "gateway_in_use": "RouterExternalGatewayInUseByFloatingIp",
    "interface_in_use_by_floating_ip": "RouterInterfaceInUseByFloatingIP",
    "gateway_ip_in_use": "GatewayIpInUse",
    "interface_in_use_by_route": "RouterInterfaceInUseByRoute",
    "interface_not_found": "RouterInterfaceNotFound",
    "invalid_field": "InvalidInput",
    "mac_in_use": "MacAddressInUse",
    "method_not_allowed": "HTTPMethodNotAllowed",
    "network_in_use": "NetworkInUse",
    "no_address_left": "IpAddressGenerationFailure",
    "no_mac_prefix_left": "NoNetworkAvailable",
    "not_external": "BadRequest",
    "not_supported": "HTTPNotImplemented",
    "pool_conflict": "GatewayConflictWithAllocationPools",
    "port_forwarding_exists": "BadRequest",
    "port_in_use": "PortInUse",
    "port_not_secured": "PortSecurityPortHasSecurityGroup",
    "prefixes_lost": "IllegalSubnetPoolPrefixUpdate",
    "precondition_failed": "RevisionNumberConstraintFailed",
    "quota_exceeded": "OverQuota",
    "rbac_policy_in_use": "RbacPolicyInUse",
    "router_in_use": "RouterInUse",
    "security_group_in_use": "SecurityGroupInUse",
    "security_rule_exists": "SecurityGroupRuleExists",
    "shared_network_in_use": "InvalidSharedSetting",
    "scopes_overlap": "AddressScopePrefixConflict",
    "subnet_in_use": "SubnetInUse",
    "subnet_pool_exhausted": "SubnetAllocationError",
    "subnet_pool_in_use": "SubnetPoolInUse",
    "subnet_pool_quota_exceeded": "SubnetPoolQuotaExceeded",
    "subnets_overlap": "BadRequest",
    "too_many_forwarded": "Conflict",
    "too_large": "RequestTooLarge",
    "unauthenticated": "HTTPUnauthorized",
    "unreachable": "ExternalGatewayForFloatingIPNotFound",
    "unavailable": "ServiceUnavailable",
}
"""Neutron's names by our codes."""

_NAMED = frozenset(
    {
        "Network",
        "Subnet",
        "Port",
        "Router",
        "FloatingIP",
        "PortForwarding",
        "SecurityGroup",
        "SecurityGroupRule",
        "RBACPolicy",
        "SubnetPool",
        "AddressScope",
        "Agent",
    }
)
"""Nouns whose absence Neutron has a name for."""


def dialect(error: errors.CloudError, _request_id: str) -> Fault:
    """Word an error as Neutron does."""
    body = {"type": _type(error), "message": _sentence(error), "detail": ""}
    return Fault(error.status, {"NeutronError": body})


def _sentence(error: errors.CloudError) -> str:
    message = str(error)
    if isinstance(error, errors.InvalidField):
        return f"Invalid input for {message}."  # a field's name is not capitalised
    return f"{message[:1].upper()}{message[1:]}."


def _type(error: errors.CloudError) -> str:
    if isinstance(error, errors.NotFound) and error.code not in TYPES:
        noun = "".join(f"{word[:1].upper()}{word[1:]}" for word in error.noun.split())
        return f"{noun}NotFound" if noun in _NAMED else "HTTPNotFound"
    return TYPES.get(error.code, "HTTPInternalServerError" if error.status == 500 else "HTTPError")
