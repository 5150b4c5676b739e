# SPDX-License-Identifier: Apache-2.0
"""The texts of letters: a subject, an empty line, and what ``$name`` puts facts into."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

from synnefo_core.contracts.driver import Misconfigured

LONGEST_SUBJECT = 200


def fill(folder: str, name: str, facts: Mapping[str, str]) -> tuple[str, str]:
    """Return the subject and the body of a letter.

    Args:
        folder: Where an operator's own texts are; empty: nowhere.
        name: The text's.
        facts: What to fill in.

    Raises:
        Misconfigured: An operator's text is not readable, or names what is no fact.
    """
    subject, _, body = _read(folder, name).partition("\n")
    try:
        return (
            # What people chose may hold newlines; a header must not.
            " ".join(Template(subject).substitute(facts).split())[:LONGEST_SUBJECT],
            Template(body.lstrip("\n")).substitute(facts),
        )
    except (KeyError, ValueError) as cause:
        msg = f"the text of the letter {name} names no fact: {cause}"
        raise Misconfigured(msg) from cause


def _read(folder: str, name: str) -> str:
    own = Path(folder) / f"{name}.txt"
    if folder and own.is_file():
        try:
            return own.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as cause:
            msg = f"{own} can't be read: {cause}"
            raise Misconfigured(msg) from cause
    return (files("synnefo_identity.letters") / "texts" / f"{name}.txt").read_text("utf-8")
