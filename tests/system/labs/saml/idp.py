# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  (its metadata goes to standard output)
"""An identity provider of a made-up organisation, run by Debian's Python and its pysaml2.

``idp.py metadata`` prints what a service provider has to know; ``idp.py serve`` reads
``sp-metadata.xml`` and serves. Environment: IDP_URL; the keys lie in the current directory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_TRANSIENT
from saml2.server import Server

URL = os.environ["IDP_URL"]
PASSWORD = "secret"
CLOUD = "urn:mace:lab.test:cloud"
PEOPLE: dict[str, dict[str, list[str]]] = {
    "irini": {
        "eduPersonPrincipalName": ["irini@lab.test"],
        "displayName": ["Ειρήνη Παπά"],
        "mail": ["irini@lab.test"],
        "eduPersonEntitlement": [f"{CLOUD}:user", f"{CLOUD}:admin"],
    },
    "kostas": {
        "eduPersonPrincipalName": ["kostas@lab.test"],
        "displayName": ["Κώστας; with a semicolon"],
        "mail": ["kostas@lab.test"],
        "eduPersonEntitlement": [f"{CLOUD}:user"],
    },
    # Says that she is of another organisation; the service provider leaves that out.
    "mallory": {
        "eduPersonPrincipalName": ["irini@other.test"],
        "mail": ["irini@lab.test"],
        "eduPersonEntitlement": [f"{CLOUD}:admin"],
    },
    "nobody": {},
}

CONFIGURATION: dict[str, Any] = {
    "entityid": f"{URL}/idp",
    "description": "Lab",
    "xmlsec_binary": "/usr/bin/xmlsec1",
    "key_file": "idp.key",
    "cert_file": "idp.pem",
    "service": {
        "idp": {
            "name": "Lab",
            "scope": ["lab.test"],
            "endpoints": {"single_sign_on_service": [(f"{URL}/sso", BINDING_HTTP_REDIRECT)]},
            "name_id_format": [NAMEID_FORMAT_TRANSIENT],
            "policy": {
                "default": {
                    "lifetime": {"minutes": 15},
                    "attribute_restrictions": None,
                    "name_form": NAME_FORMAT_URI,
                }
            },
        }
    },
}

FORM = """\
<html><body><form method="post" action="/login">
<input type="hidden" name="SAMLRequest" value="{SAMLRequest}"/>
<input type="hidden" name="RelayState" value="{RelayState}"/>
<input name="user"/><input type="password" name="password"/><input type="submit"/>
</form></body></html>
"""


class Pages:
    """A form for a name and a password, and the way back with a signed response."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        text = environ["QUERY_STRING"] or environ["wsgi.input"].read(length).decode()
        query = {"RelayState": "", **dict(parse_qsl(text))}
        status, page = self._answer(environ["PATH_INFO"], query)
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        start(status, headers)
        return [page.encode()]

    def _answer(self, path: str, query: dict[str, str]) -> tuple[str, str]:
        if path not in ("/sso", "/login"):
            return "404 Not Found", "not here"
        if path == "/login" and query.get("password") == PASSWORD and query.get("user") in PEOPLE:
            return "200 OK", self._response(query)
        form = FORM.format(**{name: escape(value) for name, value in query.items()})
        return ("200 OK" if path == "/sso" else "401 Unauthorized"), form

    def _response(self, query: dict[str, str]) -> str:
        asked = self._server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT)
        where = self._server.response_args(asked.message)
        response = self._server.create_authn_response(
            PEOPLE[query["user"]],
            userid=query["user"],
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": URL},
            sign_assertion=True,
            sign_response=True,
            **where,
        )
        page = self._server.apply_binding(
            BINDING_HTTP_POST,
            str(response),
            where["destination"],
            query["RelayState"],
            response=True,
        )
        return str(page["data"])


class Quiet(WSGIRequestHandler):
    """Writes no log: what it would hold is in the test."""

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


def main() -> None:
    """Print the metadata, or serve."""
    if sys.argv[1] == "metadata":
        print(entity_descriptor(IdPConfig().load(CONFIGURATION)))
        return
    metadata = {"metadata": {"local": ["sp-metadata.xml"]}}
    pages = Pages(Server(config=IdPConfig().load(CONFIGURATION | metadata)))
    port = urlsplit(URL).port or 80
    make_server("127.0.0.1", port, pages, handler_class=Quiet).serve_forever()


if __name__ == "__main__":
    main()
