# SPDX-License-Identifier: Apache-2.0
"""The rules that a site may have for passwords; without options there are none.

They are Keystone's, with its words: clients show them to people.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synnefo_core.contracts.auth import Rejected
from synnefo_core.contracts.driver import Misconfigured

DAY_S = 86400.0


@dataclass(frozen=True)
class Rules:
    """What a new password must be like and how long one is good.

    Attributes:
        history: How many passwords, with the new one, must differ; 0: no matter.
        minimum_age_days: How long one must be kept before it is changed by its owner.
        expires_after_days: When one ends; 0: never.
        regex: What it must match from its beginning; empty: anything.
        regex_description: The same for people.
    """

    history: int = 0
    minimum_age_days: float = 0
    expires_after_days: float = 0
    regex: str = ""
    regex_description: str = ""

    def __post_init__(self) -> None:
        """Refuse an expression that is none.

        Raises:
            Misconfigured: It can't be compiled.
        """
        try:
            re.compile(self.regex)
        except re.error as cause:
            raise Misconfigured(f"regex of passwords: {cause}") from cause

    @classmethod
    def told(cls, settings: Mapping[str, Any]) -> Rules:
        """Return the rules of a configuration section."""
        return cls(
            history=settings["history"],
            minimum_age_days=settings["minimum_age_days"],
            expires_after_days=settings["expires_after_days"],
            regex=settings["regex"],
            regex_description=settings["regex_description"],
        )

    def expires_at(self, set_at: float, *, must_change: bool) -> float | None:
        """Return when a password ends, None for never."""
        if must_change:
            return set_at
        return set_at + self.expires_after_days * DAY_S if self.expires_after_days else None

    def require_form(self, password: str) -> None:
        """Refuse a password that does not look right.

        Raises:
            Rejected: It does not match the expression.
        """
        if self.regex and not re.match(self.regex, password):
            detail = self.regex_description or self.regex
            raise Rejected(f"the password does not match the requirements: {detail}")

    def require_age(self, set_at: float) -> None:
        """Refuse to change a password too soon.

        Raises:
            Rejected: It was set a moment ago.
        """
        left_days = self.minimum_age_days - (time.time() - set_at) / DAY_S
        if self.minimum_age_days and left_days > 0:
            raise Rejected(
                "you cannot change your password at this time due to the minimum password age; "
                "once you change your password, it must be used for "
                f"{self.minimum_age_days:g} day(s) before it can be changed; please try again in "
                f"{math.ceil(left_days)} day(s) or contact your administrator to reset your "
                "password"
            )

    def refuse_repeated(self) -> Rejected:
        """Return the refusal of a password that was used before."""
        return Rejected(
            "the password does not match the requirements: the new password cannot be identical "
            "to a previous password; the total number which includes the new password must be "
            f"unique is {self.history}"
        )
