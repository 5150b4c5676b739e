# SPDX-License-Identifier: Apache-2.0
"""A scripted browser: follows redirects, keeps cookies, fills in forms."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import urljoin

import requests

PASSWORD = "secret"


@dataclass
class Form:
    """A form of a page: where it goes and what is in it."""

    action: str
    fields: dict[str, str]

    @classmethod
    def of(cls, page: requests.Response) -> Form:
        """Read the only form of a page."""
        action = re.search(r"<form[^>]*\baction=[\"']([^\"']*)", page.text, re.IGNORECASE)
        assert action, f"no form: {page.status_code} {page.url} {page.text[:500]}"
        fields = {}
        for tag in re.findall(r"<input[^>]*>", page.text, re.IGNORECASE):
            told = dict(re.findall(r"(\w+)=[\"']([^\"']*)", tag))
            if "name" in told:
                fields[told["name"]] = html.unescape(told.get("value", ""))
        return cls(urljoin(page.url, html.unescape(action[1])), fields)


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False

    def go(self, url: str, **more) -> requests.Response:
        """Go to a page."""
        return self.session.get(url, timeout=30, **more)

    def submit(self, form: Form, **filled: str) -> requests.Response:
        """Send a form, filled in."""
        return self.session.post(form.action, data=form.fields | filled, timeout=30)

    def prove(self, url: str, user: str, password: str = PASSWORD) -> Form:
        """Go to a page that asks for a login; return the organisation's answer, not yet sent."""
        return Form.of(self.submit(Form.of(self.go(url)), user=user, password=password))

    def log_in(self, url: str, user: str) -> requests.Response:
        """Go to a page that asks for a login, log in, and return what comes of it."""
        return self.submit(self.prove(url, user))
