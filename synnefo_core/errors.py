# SPDX-License-Identifier: Apache-2.0
"""What can go wrong because of the caller or the world, as values with named fields.

::

    CloudError
    ├── Invalid                 400   the request can't be understood or done
    │   └── InvalidField        400   one field of it
    ├── Unauthenticated         401   no token, or not a valid one
    ├── Forbidden               403   known, but not allowed
    ├── NotFound                404   not there, or not for this caller
    ├── MethodNotAllowed        405
    ├── NotAcceptable           406
    ├── Conflict                409
    │   ├── InvalidState        409   not in this state
    │   ├── Duplicate           409   the name is taken
    │   └── QuotaExceeded       409   (some APIs say 403 or 413)
    ├── LengthRequired          411
    ├── PreconditionFailed      412
    ├── TooLarge                413
    ├── RangeUnsatisfiable      416
    ├── Unprocessable           422   what came does not match what was promised
    ├── TooManyRequests         429
    ├── Unbuilt                 501   known, but not supported here
    ├── Unavailable             503   a part of the cloud does not answer
    └── NoRoom                  507   the store is full

A mistake in our own code is never one of these: it is a 500. How an error is worded on
the wire is the business of each API's dialect.
"""

from __future__ import annotations

from collections.abc import Iterable


class CloudError(Exception):
    """The root: ``status`` and ``code`` are the class's, the message the occasion's."""

    status = 500
    code = "error"


class Invalid(CloudError):
    """The request can't be understood, or asks for what makes no sense."""

    status = 400
    code = "invalid"


class InvalidField(Invalid):
    """One field of the request is wrong: ``field`` is its path ("server.name")."""

    code = "invalid_field"

    def __init__(self, field: str, problem: str) -> None:
        """Say which field and what is wrong with it."""
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field, self.problem = field, problem


class Unauthenticated(CloudError):
    """There is no token, or it is not valid (any more)."""

    status = 401
    code = "unauthenticated"

    def __init__(
        self,
        message: str = "the request you have made requires authentication",
        *,
        reason: str = "",
    ) -> None:
        """Keep the message general: it goes to somebody unknown.

        ``reason`` is for who has shown a token: what is wrong with it, for dialects that tell.
        """
        super().__init__(message)
        self.reason = reason


class Forbidden(CloudError):
    """The caller may know of the thing but not do this to it."""

    status = 403
    code = "forbidden"

    def __init__(self, message: str = "you are not allowed to do this") -> None:
        """Say what is not allowed."""
        super().__init__(message)


class NotFound(CloudError):
    """There is no such thing, or none that this caller may know of."""

    status = 404
    code = "not_found"

    def __init__(self, noun: str, name: str = "") -> None:
        """Name the kind of thing and what the caller called it."""
        super().__init__(f"{noun} {name} could not be found".replace("  ", " "))
        self.noun, self.name = noun, name


class MethodNotAllowed(CloudError):
    """The path is known, the method is not; ``allowed`` are those that are."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        """Name the methods that the path knows."""
        self.allowed = sorted(allowed)
        super().__init__(f"{method} is not allowed here, only {', '.join(self.allowed)}")


class NotAcceptable(CloudError):
    """No representation that the caller accepts."""

    status = 406
    code = "not_acceptable"


class Conflict(CloudError):
    """The request does not fit what is there now."""

    status = 409
    code = "conflict"


class InvalidState(Conflict):
    """The thing is in a state in which this can't be done."""

    code = "invalid_state"

    def __init__(self, noun: str, state: str, action: str) -> None:
        """Name the thing, its state and what was to be done."""
        super().__init__(f"cannot {action} a {noun} while it is {state}")
        self.noun, self.state, self.action = noun, state, action


class Duplicate(Conflict):
    """A thing of this name is there already."""

    code = "duplicate"

    def __init__(self, noun: str, name: str) -> None:
        """Name the kind of thing and the name that is taken."""
        super().__init__(f"a {noun} called {name} exists already")
        self.noun, self.name = noun, name


class QuotaExceeded(Conflict):
    """A commission would pass a limit."""

    code = "quota_exceeded"

    def __init__(self, resource: str, asked: int, left: int) -> None:
        """Say how much was asked for and how much is left."""
        super().__init__(f"quota exceeded: {asked} of {resource} asked for, {left} left")
        self.resource, self.asked, self.left = resource, asked, left


class LengthRequired(CloudError):
    """The request needs a Content-Length or chunks."""

    status = 411
    code = "length_required"


class PreconditionFailed(CloudError):
    """A condition in the request's headers does not hold."""

    status = 412
    code = "precondition_failed"


class TooLarge(CloudError):
    """The request's body is larger than this path takes."""

    status = 413
    code = "too_large"

    def __init__(self, limit_bytes: int) -> None:
        """Say the limit."""
        super().__init__(f"the body is larger than {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


class RangeUnsatisfiable(CloudError):
    """No byte of the thing is in the range that was asked for."""

    status = 416
    code = "range_unsatisfiable"

    def __init__(self, size_bytes: int) -> None:
        """Say how long the thing is."""
        super().__init__(f"the range is outside of the {size_bytes} bytes that there are")
        self.size_bytes = size_bytes


class Unprocessable(CloudError):
    """What came is not what the request promised (a checksum)."""

    status = 422
    code = "unprocessable"


class TooManyRequests(CloudError):
    """The caller, or all callers together, ask for more than is served; try again later."""

    status = 429
    code = "too_many_requests"


class Unbuilt(CloudError):
    """The API knows this, this cloud does not do it."""

    status = 501
    code = "not_supported"

    def __init__(self, what: str = "this operation") -> None:
        """Say what is not supported."""
        super().__init__(f"{what} is not supported by this cloud")


class Unavailable(CloudError):
    """A part of the cloud does not answer; try again later."""

    status = 503
    code = "unavailable"


class NoRoom(CloudError):
    """The store behind it is full."""

    status = 507
    code = "no_room"
