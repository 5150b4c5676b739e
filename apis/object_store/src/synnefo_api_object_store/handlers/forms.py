# SPDX-License-Identifier: Apache-2.0
"""Files that a browser's form sends to a signed place (FormPost).

Source: OpenStack API reference, object storage, "Form POST middleware".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import moments, signed
from synnefo_api_object_store.bodies import Body
from synnefo_api_object_store.faults import status_of, title
from synnefo_api_object_store.multipart import Field, Form
from synnefo_api_object_store.paths import account_id
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import CloudError, Invalid, TooLarge, Unauthenticated
from synnefo_object_store import Incoming, Visitor

_TEXT_BYTES = 8192
_UNKNOWN = "application/octet-stream"


def is_form(request: Request) -> bool:
    """Say whether a request is a browser's form with files."""
    said = request.environ.get("CONTENT_TYPE", "")
    return str(said).partition(";")[0].strip().lower() == "multipart/form-data"


@dataclass
class _Upload:
    """A form as far as it was read: its texts, and how many files were stored."""

    texts: dict[str, str] = field(default_factory=dict)
    files: int = 0
    visitor: Visitor | None = None

    def number(self, name: str) -> int:
        """Return a number that the form must have."""
        text = self.texts.get(name, "")
        if not (text.isascii() and text.isdecimal() and len(text) <= 18):
            raise Invalid(f"{name} must be a number")
        return int(text)


def post(
    context: RequestContext, request: Request, account: str, container: str, prefix: str
) -> Reply:
    """Store the files of a form as objects; then lead the browser on."""
    upload = _Upload()
    try:
        form = Form(Body(request).read, request.environ["CONTENT_TYPE"])
        for each in form.fields():
            if each.filename is None:
                upload.texts[each.name] = each.text(_TEXT_BYTES)
            elif each.filename:
                _store(context, request, (account, container, prefix), upload, each)
        if not upload.files:
            msg = "there are no files in the form"
            raise Invalid(msg)
    except CloudError as error:
        if upload.visitor is None or not upload.texts.get("redirect"):
            raise
        return _led_on(upload, status_of(error), str(error))
    return _led_on(upload, 201, "")


def _store(
    context: RequestContext,
    request: Request,
    place: tuple[str, str, str],
    upload: _Upload,
    file: Field,
) -> None:
    account, container, prefix = place
    if upload.visitor is None:
        upload.visitor = _signer(context, request, place, upload)
    if upload.files == upload.number("max_file_count"):
        msg = "there are too many files in the form"
        raise Invalid(msg)
    ends = {
        f"HTTP_{name.upper()}": upload.texts[name]
        for name in ("x_delete_at", "x_delete_after")
        if upload.texts.get(name)
    }
    incoming = Incoming(
        content_type=file.content_type or _UNKNOWN, expires_at=moments.end(ends, context.now())
    )
    store.put_object(
        upload.visitor,
        account_id(account),
        container,
        prefix + str(file.filename),
        read=_limited(file.read, upload.number("max_file_size")),
        incoming=incoming,
    )
    upload.files += 1


def _limited(read: Callable[[int], bytes], most: int) -> Callable[[int], bytes]:
    left = most

    def counted(length: int) -> bytes:
        nonlocal left
        piece = read(length)
        left -= len(piece)
        if left < 0:
            raise TooLarge(most)
        return piece

    return counted


def _signer(
    context: RequestContext, request: Request, place: tuple[str, str, str], upload: _Upload
) -> Visitor:
    """Return the account in whose name the form acts; all that limits it is signed.

    Raises:
        Unauthenticated: It is not, or no longer, or something that must be there is not.
    """
    account, container, _ = place
    texts = upload.texts
    expires = signed.expiry(texts.get("expires", ""))
    if expires < context.now():
        raise Unauthenticated
    if not texts.get("redirect", "").isprintable():
        msg = "redirect must be an address"
        raise Invalid(msg)
    limits = [texts.get(name, "") for name in ("redirect", "max_file_size", "max_file_count")]
    message = "\n".join(["", *limits, texts["expires"]]).encode()
    path = request.environ["PATH_INFO"].encode("latin-1")
    return store.deputised(
        context,
        account_id(account),
        container,
        signed.signature(texts.get("signature", "")),
        [begin.encode() + path + message for begin in signed.prefixes(request)],
    )


def _led_on(upload: _Upload, status: int, message: str) -> Reply:
    told = f"{status} {title(status)}"
    redirect = upload.texts.get("redirect")
    if not redirect:
        return Reply(f"<html><h1>{told}</h1></html>".encode(), status)
    query = urlencode({"status": status, "message": message})
    location = f"{redirect}{'&' if '?' in redirect else '?'}{query}"
    return Reply(f"<html><h1>{told}</h1></html>".encode(), 303, {"Location": location})
