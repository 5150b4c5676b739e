# SPDX-License-Identifier: Apache-2.0
"""People in a directory: found by name, known by what never changes, never by their DN."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from synnefo_auth_ldap.connection import Connection, Entry, Query, in_dn, in_filter
from synnefo_core.contracts.auth import AuthUnavailable, Rejected

NAME = "{name}"
"""Where in a template the name goes that somebody gave."""

LONGEST_NAME = 255
GUIDS = frozenset({"objectguid", "msexchmailboxguid"})
"""Identifiers of 16 bytes, the first three numbers of them little-endian (Active Directory)."""

NOT_IN_ACCOUNTS = frozenset('"/\\[]:;|=,+*?<>@')
"""What a name like jane@EXAMPLE.ORG or EXAMPLE\\jane has in neither of its parts."""


@dataclass(frozen=True)
class Mark:
    """How an entry shows that its person may not log in.

    Written ``attribute=value``, ``attribute&bit`` (a number in which this bit is set) or
    ``attribute`` (it is there).
    """

    attribute: str
    value: str | None = None
    bit: int = 0

    @classmethod
    def parse(cls, text: str) -> Mark:
        """Read a mark.

        Raises:
            ValueError: It is none.
        """
        parts = re.fullmatch(r"([A-Za-z][\w.;-]*)(?:=(.+)|&(\d+))?", text.strip())
        if parts is None:
            msg = f"{text!r} is not attribute, attribute=value or attribute&bit"
            raise ValueError(msg)
        return cls(parts[1], parts[2], int(parts[3] or 0))

    def is_on(self, entry: Entry) -> bool:
        """Tell whether an entry has the mark."""
        found = entry.texts(self.attribute)
        if self.bit:
            return any(each.lstrip("-").isdigit() and int(each) & self.bit for each in found)
        if self.value is None:
            return bool(entry.all(self.attribute))
        return any(each.casefold() == self.value.casefold() for each in found)


@dataclass(frozen=True)
class People:
    """Where people are and how their entries are read.

    Attributes:
        base: The DN below which they are.
        filter: Which entry is a person's; ``{name}`` stands for the name, escaped.
        is_deep: Whether they are also below the children of the base.
        identifier: The attribute that stays the same for ever, also when a person is renamed.
        attributes: The attribute of the directory by what the cloud calls it.
        disabled: What shows that a person may not log in.
        more: Other attributes that are to be read.
    """

    base: str
    filter: str
    is_deep: bool
    identifier: str
    attributes: Mapping[str, str]
    disabled: Sequence[Mark]
    more: Sequence[str] = ()

    def find(self, connection: Connection, name: str, timeout_s: float) -> Entry | None:
        """Return the entry of the person with a name, None when there is none.

        Raises:
            Rejected: There are several: nobody knows whose password it should be.
        """
        query = Query(self.base, self._filter(name), self._wanted(), is_deep=self.is_deep)
        found = connection.search(query, most=2, timeout_s=timeout_s)
        if len(found) > 1:
            raise Rejected("the name is not one person's")
        return next(iter(found), None)

    def get(self, connection: Connection, dn: str, name: str, timeout_s: float) -> Entry | None:
        """Return the entry with a DN when it is that of the person with a name."""
        return connection.get(dn, self._wanted(), filter_=self._filter(name), timeout_s=timeout_s)

    def subject(self, entry: Entry) -> str:
        """Return by what a person is known for ever.

        Raises:
            AuthUnavailable: The directory does not tell.
        """
        found = entry.all(self.identifier)
        if len(found) != 1 or not found[0]:
            raise AuthUnavailable(
                f"{entry.dn!r} has {len(found)} values of {self.identifier}, not one; may the "
                "service account read it?"
            )
        value = bytes(found[0])
        if self.identifier.lower() in GUIDS and len(value) == 16:
            return str(uuid.UUID(bytes_le=value))
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.hex()

    def told(self, entry: Entry) -> dict[str, str]:
        """Return a person's attributes by the names that the cloud has for them."""
        found = {ours: entry.text(theirs) for ours, theirs in self.attributes.items()}
        return {name: text for name, text in found.items() if text}

    def is_disabled(self, entry: Entry) -> bool:
        """Tell whether a person may not log in."""
        return any(mark.is_on(entry) for mark in self.disabled)

    def _filter(self, name: str) -> str:
        return self.filter.replace(NAME, in_filter(name))

    def _wanted(self) -> list[str]:
        marks = [mark.attribute for mark in self.disabled]
        wanted = [self.identifier, *self.attributes.values(), *marks, *self.more]
        return list(dict.fromkeys(wanted))


def is_a_name(text: str) -> bool:
    """Tell whether anybody can have this name; what can't be printed, nobody has."""
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()


@dataclass(frozen=True)
class LoginName:
    """What the server is told as whose password it is, made from the name alone.

    Attributes:
        template: A DN like ``uid={name},ou=people,dc=example``, or what else the server takes:
            ``{name}@EXAMPLE.ORG``.
    """

    template: str

    @property
    def is_dn(self) -> bool:
        """Whether the result is a DN."""
        return "=" in self.template

    def of(self, name: str) -> str | None:
        """Return it, None when nobody can have such a name."""
        escape: Callable[[str], str] = in_dn
        if not self.is_dn:
            if not NOT_IN_ACCOUNTS.isdisjoint(name):
                return None
            escape = str
        return self.template.replace(NAME, escape(name))
