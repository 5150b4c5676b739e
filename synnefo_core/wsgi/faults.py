# SPDX-License-Identifier: Apache-2.0
"""Errors on their way out: each face words them in its own dialect."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from webob import Response

from synnefo_core import errors
from synnefo_core.contracts.api import Dialect, Fault
from synnefo_core.contracts.driver import DriverError, Unavailable as DriverUnavailable
from synnefo_core.contracts.storage import StorageFull

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

REQUEST_ID = "synnefo.request_id"


class InternalError(errors.CloudError):
    """We made a mistake; the client learns nothing but the request id."""

    status = 500
    code = "internal_error"


class Faults:
    """The middleware that turns exceptions of a face into its answers."""

    def __init__(self, application: WSGIApplication, dialect: Dialect) -> None:
        """Wrap a face's application."""
        self._application, self._dialect = application, dialect

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on; word what goes wrong."""
        try:
            return self._application(environ, start_response)
        except errors.CloudError as error:
            return self._say(error, environ, start_response)
        except DriverError as cause:
            log.warning("driver failed", extra={"problem": str(cause)})
            return self._say(_outside(cause), environ, start_response)
        except Exception:
            log.exception("request failed")
            sorry = "the cloud made a mistake; tell its operator the request id"
            return self._say(InternalError(sorry), environ, start_response)

    def _say(
        self, error: errors.CloudError, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        fault = self._dialect(error, environ.get(REQUEST_ID, ""))
        body = fault.body
        response = Response(
            status=fault.status,
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
            content_type=fault.content_type,
        )
        response.headers.update(_standard_headers(error).items())
        response.headers.update(fault.headers.items())
        return response(environ, start_response)


def _standard_headers(error: errors.CloudError) -> Mapping[str, str]:
    if isinstance(error, errors.MethodNotAllowed):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, errors.Unavailable | errors.TooManyRequests):
        return {"Retry-After": "5"}
    if isinstance(error, errors.RangeUnsatisfiable):
        return {"Content-Range": f"bytes */{error.size_bytes}"}
    return {}


def _outside(cause: DriverError) -> errors.CloudError:
    """Say to a tenant what a driver says to the operator, without its inner names."""
    if isinstance(cause, StorageFull):
        return errors.NoRoom("the store is full")
    if isinstance(cause, DriverUnavailable):
        return errors.Unavailable("a part of the cloud does not answer; try again later")
    return errors.Unavailable("a part of the cloud does not work; tell its operator")


def plain(error: errors.CloudError, _request_id: str) -> Fault:
    """Word an error as JSON, for what belongs to no face."""
    body = {"error": {"code": error.code, "status": error.status, "message": str(error)}}
    return Fault(error.status, body)
