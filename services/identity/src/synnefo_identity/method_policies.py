# SPDX-License-Identifier: Apache-2.0
"""What people may do with a login method: the driver's own word, then the configuration's.

``[identity] login_policies`` has lines ``METHOD:NAME=VALUE``; METHOD ``*`` is any, and the method's own
lines come after those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured
from synnefo_identity import methods

ANY = "*"


@dataclass(frozen=True)
class MethodPolicy:
    """What people may do with a method.

    Attributes:
        login: Log in by it.
        create: Get an account by it, by themselves or at their first login.
        autoverify: The address that it tells is theirs without a letter.
        automoderate: Who registers by it is let in without a moderator.
        add: Link it to the account that they have.
        remove: Take it from the account; never the last one.
        switch: Put another identity in the place of the one that is linked.
        limit: How many identities of it one account may have.
        required: Everybody is asked to link it.
        add_groups: In which groups of the domain it puts an account that it is linked to.
        creation_groups: In which it puts an account that is made by it.
    """

    login: bool = True
    create: bool = True
    autoverify: bool = False
    automoderate: bool = False
    add: bool = True
    remove: bool = True
    switch: bool = True
    limit: int = 1
    required: bool = False
    add_groups: tuple[str, ...] = ()
    creation_groups: tuple[str, ...] = ()


def of(cloud: Cloud, method: str) -> MethodPolicy:
    """Return the policy of a configured method for whom no profile says otherwise.

    Raises:
        Misconfigured: A line can't be read.
    """
    return build(values(cloud, method))


def values(cloud: Cloud, method: str) -> dict[str, Any]:
    """Return what the driver and the configuration say of a method.

    Raises:
        Misconfigured: A line can't be read.
    """
    lines = [_line(text) for text in cloud.config.identity.login_policies]
    found = dict(methods.find(cloud, method).policy)
    for whose in (ANY, method):
        found |= {name: value for where, name, value in lines if where == whose}
    return found


def build(values: Mapping[str, Any]) -> MethodPolicy:
    """Return the policy of these values; JSON has lists for tuples."""
    found: dict[str, Any] = dict(values)
    found |= {name: tuple(v) for name, v in values.items() if isinstance(v, list)}
    return MethodPolicy(**found)


def checked(name: str, text: str) -> Any:
    """Return a policy's value as its type wants it.

    Raises:
        ValueError: There is no such policy, or it can't be that.
    """
    if name not in _READERS:
        msg = f"there is no policy {name}, only {', '.join(sorted(_READERS))}"
        raise ValueError(msg)
    return _READERS[name](text)


def _line(text: str) -> tuple[str, str, Any]:
    whose, colon, rest = text.partition(":")
    name, equals, value = rest.partition("=")
    try:
        if not (colon and equals and whose.strip()):
            msg = "it is not METHOD:NAME=VALUE"
            raise ValueError(msg)
        return whose.strip(), name.strip(), checked(name.strip(), value.strip())
    except ValueError as cause:
        msg = f"[identity] login_policies: {text!r}: {cause}"
        raise Misconfigured(msg) from cause


def _boolean(text: str) -> bool:
    words = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() not in words:
        msg = f"{text!r} is neither yes nor no"
        raise ValueError(msg)
    return words[text.lower()]


def _number(text: str) -> int:
    if not text.isdecimal():
        msg = f"{text!r} is not a number"
        raise ValueError(msg)
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in _stripped(text.split(",")) if name)


def _stripped(texts: Iterable[str]) -> Iterable[str]:
    return (text.strip() for text in texts)


_BY_TYPE: Mapping[str, Callable[[str], Any]] = {
    "bool": _boolean,
    "int": _number,
    "tuple[str, ...]": _names,
}
_READERS = {field.name: _BY_TYPE[str(field.type)] for field in fields(MethodPolicy)}
