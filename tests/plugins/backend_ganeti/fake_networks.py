# SPDX-License-Identifier: Apache-2.0
"""The networks of the small Ganeti: what is submitted about them, and what the jobs do."""

from ipaddress import ip_network
from typing import Any

Row = dict[str, Any]


class FakeNetworks:
    """Networks by name, and the groups of nodes to which they can be connected."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.groups = ["default", "second"]

    def operation(self, word: str, body: Row | None, name: str = "") -> Row:
        """Return the operation that a request submits."""
        named = {"network_name": name} if name else {}
        return {"OP_ID": f"OP_NETWORK_{word}", **named, **(body or {})}

    def perform(self, operation: Row, instances: list[Row]) -> Any:
        """Do what an operation says; return what went wrong."""
        word = operation["OP_ID"].removeprefix("OP_NETWORK_")
        name = operation["network_name"]
        if word == "ADD":
            if name in self.rows:
                text = f"Desired network name '{name}' already exists as a network"
                return ["OpPrereqError", [text, "already_exists"]]
            self.rows[name] = _network(operation)
            return None
        if name not in self.rows:
            return ["OpPrereqError", [f"Network '{name}' not found", "unknown_entity"]]
        row = self.rows[name]
        used = [each for each in instances if name in each["nic.networks.names"]]
        if word == "CONNECT" and operation["group_name"] not in _groups(row):
            mode, link = operation["network_mode"], operation["network_link"]
            row["group_list"].append([operation["group_name"], mode, link, ""])
        elif word == "DISCONNECT":
            if used:
                return ["OpPrereqError", ["Conflicting IP addresses found", "wrong_state"]]
            kept = [each for each in row["group_list"] if each[0] != operation["group_name"]]
            row["group_list"] = kept
        elif word == "REMOVE":
            if row["group_list"]:
                return ["OpPrereqError", ["Network still connected", "wrong_state"]]
            del self.rows[name]
        elif word == "SET_PARAMS":
            row["reserved"] |= set(operation["add_reserved_ips"])
            row["reserved"] -= set(operation["remove_reserved_ips"])
        return None

    def missing(self, nics: list[Row]) -> Any:
        """Return what is wrong with cards on networks that are not there."""
        for nic in nics:
            if nic.get("network") and nic["network"] not in self.rows:
                return [
                    "OpPrereqError",
                    [f"Network '{nic['network']}' not found", "unknown_entity"],
                ]
        return None

    def told(self, instances: list[Row]) -> list[Row]:
        """Return what a query tells of networks."""
        return [
            row
            | {
                "external_reservations": ", ".join(sorted(row["reserved"])),
                "inst_cnt": sum(row["name"] in each["nic.networks.names"] for each in instances),
            }
            for row in self.rows.values()
        ]


def _network(operation: Row) -> Row:
    whole = ip_network(operation["network"])
    ends = {str(whole[0]), str(whole[-1]), operation.get("gateway")} - {None}
    return {
        "name": operation["network_name"],
        "network": operation["network"],
        "gateway": operation.get("gateway"),
        "mac_prefix": operation.get("mac_prefix"),
        "reserved": ends | set(operation.get("add_reserved_ips", ())),
        "group_list": [],
        "tags": operation.get("tags", []),
    }


def _groups(row: Row) -> list[str]:
    return [each[0] for each in row["group_list"]]
