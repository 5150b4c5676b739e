# SPDX-License-Identifier: Apache-2.0
"""The groups that a person of a directory is in, also by being in a group that is in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from synnefo_auth_ldap.connection import DN, Connection, Entry, Query, in_filter, parts_of
from synnefo_auth_ldap.deadline import Deadline
from synnefo_core.contracts.auth import AuthUnavailable

MEMBER_OF = "memberOf"
MOST = 2000
"""Whoever is in more groups is not let in: part of them would be wrong."""

AT_ONCE = 40
"""How many groups are asked for in one filter."""


class Kind(StrEnum):
    """How groups are found."""

    NONE = "none"
    MEMBER_OF = "memberof"
    SEARCH = "search"


@dataclass(frozen=True)
class Groups:
    """How groups are found and named.

    Attributes:
        kind: By the attribute memberOf of their members, or by a search for these.
        base: The DN below which they are; others don't count.
        filter: What is true of a group's entry.
        member: Its attribute that holds the members.
        is_by_name: Whether that holds names (posixGroup), not DNs.
        name: Its attribute by which the cloud knows the group, or ``dn``.
        depth: How many groups may lie around the one that a person is in.
    """

    kind: Kind
    base: str
    filter: str
    member: str
    is_by_name: bool
    name: str
    depth: int

    @property
    def of_people(self) -> Sequence[str]:
        """The attributes of a person's entry that are needed."""
        return [MEMBER_OF] if self.kind is Kind.MEMBER_OF else []

    def find(
        self, connection: Connection, person: Entry, name: str, deadline: Deadline
    ) -> tuple[str, ...]:
        """Return the names of a person's groups, sorted.

        Raises:
            AuthUnavailable: They can't be found out.
        """
        if self.kind is Kind.NONE:
            return ()
        found: dict[DN, Entry] = {}
        around = [person]
        for level in range(self.depth + 1):
            member = name if self.is_by_name and level == 0 else None
            entries = self._around(connection, around, member, deadline, known=found)
            new = {parts_of(entry.dn): entry for entry in entries}
            around = [entry for key, entry in new.items() if key not in found]
            found.update(new)
            if len(found) > MOST:
                raise AuthUnavailable(f"{person.dn!r} is in more than {MOST} groups")
            if not around:
                break
        return tuple(sorted({each for entry in found.values() if (each := self._name(entry))}))

    def _around(
        self,
        connection: Connection,
        entries: Sequence[Entry],
        member: str | None,
        deadline: Deadline,
        *,
        known: dict[DN, Entry],
    ) -> list[Entry]:
        """Return the groups that some entries are members of."""
        if self.kind is Kind.MEMBER_OF:
            return self._named_by(connection, entries, deadline, known)
        members = [member] if member is not None else [entry.dn for entry in entries]
        found: list[Entry] = []
        for start in range(0, len(members), AT_ONCE):
            any_of = "".join(
                f"({self.member}={in_filter(each)})" for each in members[start : start + AT_ONCE]
            )
            query = Query(self.base, f"(&{self.filter}(|{any_of}))", self._wanted())
            found += connection.search(query, most=MOST + 1, timeout_s=deadline.left())
        return found

    def _named_by(
        self,
        connection: Connection,
        entries: Sequence[Entry],
        deadline: Deadline,
        known: dict[DN, Entry],
    ) -> list[Entry]:
        """Return the groups that the entries themselves name."""
        named = {parts_of(dn): dn for entry in entries for dn in entry.texts(MEMBER_OF)}
        unknown = [dn for key, dn in named.items() if key not in known and self._counts(key)]
        if len(unknown) > MOST:
            raise AuthUnavailable(f"{entries[0].dn!r} is in more than {MOST} groups")
        found = (
            connection.get(dn, self._wanted(), filter_=self.filter, timeout_s=deadline.left())
            for dn in unknown
        )
        return [entry for entry in found if entry is not None]

    def _counts(self, key: DN) -> bool:
        base = parts_of(self.base)
        return len(key) > len(base) and key[-len(base) :] == base

    def _wanted(self) -> list[str]:
        # "1.1" asks for no attribute at all; none would ask for all.
        named = ["1.1"] if self.name == "dn" else [self.name]
        return [*named, MEMBER_OF] if self.kind is Kind.MEMBER_OF else named

    def _name(self, entry: Entry) -> str:
        return entry.dn if self.name == "dn" else entry.text(self.name)
