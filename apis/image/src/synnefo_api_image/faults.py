# SPDX-License-Identifier: Apache-2.0
"""Glance's dialect of errors: a page of HTML, whose lines clients read as text."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from synnefo_core import errors
from synnefo_core.contracts.api import Fault


class UnsupportedMediaType(errors.CloudError):
    """The body is of a type that this path does not take."""

    status = 415
    code = "unsupported_media_type"

    def __init__(self, given: str, *accepted: str) -> None:
        """Say what was given and what is taken."""
        super().__init__(f"{given or 'no type'} is not supported, only {', '.join(accepted)}")


def dialect(error: errors.CloudError, _request_id: str) -> Fault:
    """Word an error as Glance does."""
    # Glance says that the image is too large for what is left.
    status = 413 if isinstance(error, errors.QuotaExceeded) else error.status
    title = f"{status} {HTTPStatus(status).phrase}"
    lines = [
        "<html>",
        " <head>",
        f"  <title>{title}</title>",
        " </head>",
        " <body>",
        f"  <h1>{title}</h1>",
        f"  {escape(_sentence(error))}<br /><br />",
        " </body>",
        "</html>",
    ]
    return Fault(status, "\n".join(lines).encode(), "text/html")


def _sentence(error: errors.CloudError) -> str:
    message = str(error)
    if isinstance(error, errors.InvalidField):
        return f"Invalid value for {message}."  # a field's name is not capitalised
    return f"{message[:1].upper()}{message[1:]}."
