# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between us and a Ganeti cluster.

::

    RapiError                    the cluster did not do what was asked
    ├── NotSent                  not one byte of the request left
    │   ├── ConnectionFailed     refused, unreachable, unknown name, no handshake
    │   ├── CertificateRejected  somebody else answers, or the pinned certificate is old
    │   └── NoFreeConnection     all connections were busy until the deadline
    ├── AnswerLost               sent, and no usable answer came back
    │   ├── TimedOut
    │   ├── ConnectionBroken
    │   └── MalformedAnswer
    ├── ErrorAnswer              the cluster answered with an HTTP error status
    │   ├── BadRequest           400, 415, 501
    │   ├── Unauthorized         401
    │   ├── Forbidden            403
    │   ├── NotFound             404
    │   ├── QueueDrained         500 "Queue drained"
    │   ├── QueueFull            503
    │   ├── MasterUnavailable    502, 504
    │   └── ServerError          any other status
    ├── JobNotFound              the cluster does not know this job
    └── JobUnfinished            the deadline came before the end of the job

Every class answers the two questions a caller has. ``is_transient``: may the
same call succeed later with nobody changing it? ``may_have_submitted``: if the
call was to submit a job, may that job exist although its id never arrived?
(Calls that only read never submit, whatever the class says.)

That a *job* failed is not an error here: the client returns the job, and the
job has its failure.
"""

from __future__ import annotations


class RapiError(Exception):
    """The cluster did not do what was asked."""

    is_transient: bool = False
    may_have_submitted: bool = False


class NotSent(RapiError):
    """The request never reached the cluster."""

    is_transient = True


class ConnectionFailed(NotSent):
    """No connection could be made: the API daemon or the master is down, or unreachable."""


class CertificateRejected(NotSent):
    """The other side did not show the certificate that we trust."""

    is_transient = False


class NoFreeConnection(NotSent):
    """All connections to this cluster were busy until the deadline."""


class AnswerLost(RapiError):
    """The request was sent; whether the cluster acted on it is unknown."""

    is_transient = True
    may_have_submitted = True


class TimedOut(AnswerLost):
    """The answer did not come in time."""


class ConnectionBroken(AnswerLost):
    """The connection ended before the whole answer was here."""


class MalformedAnswer(AnswerLost):
    """The answer is not what a Ganeti remote API says."""

    is_transient = False


class ErrorAnswer(RapiError):
    """The cluster answered with an HTTP error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status, self.message = status, message


class BadRequest(ErrorAnswer):
    """The request is not understood: a parameter is unknown, missing or of the wrong type."""


class Unauthorized(ErrorAnswer):
    """The user name or password is wrong."""


class Forbidden(ErrorAnswer):
    """The user may read but not write."""


class NotFound(ErrorAnswer):
    """The named object does not exist in the cluster."""


class QueueDrained(ErrorAnswer):
    """The operator has closed the job queue; reading still works."""

    is_transient = True


class QueueFull(ErrorAnswer):
    """The job queue takes no more jobs now."""

    is_transient = True


class MasterUnavailable(ErrorAnswer):
    """The API daemon runs, the master daemon behind it does not answer."""

    is_transient = True
    may_have_submitted = True


class ServerError(ErrorAnswer):
    """The cluster failed in a way that it does not explain by its status."""

    is_transient = True
    may_have_submitted = True


class JobNotFound(RapiError):
    """The cluster does not know this job: it never existed, or its record was purged."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"job {job_id} is not known")
        self.job_id = job_id


class JobUnfinished(RapiError):
    """The deadline came before the job ended; the job goes on."""

    is_transient = True

    def __init__(self, job_id: int) -> None:
        super().__init__(f"job {job_id} has not ended yet")
        self.job_id = job_id


_BY_STATUS: dict[int, type[ErrorAnswer]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    415: BadRequest,
    501: BadRequest,
    502: MasterUnavailable,
    503: QueueFull,
    504: MasterUnavailable,
}


def from_status(status: int, message: str) -> ErrorAnswer:
    """Make the error that an HTTP status stands for."""
    # Ganeti 3.0 answers 500 here, although its manual says 503.
    if status == 500 and message.startswith("Queue drained"):
        return QueueDrained(status, message)
    return _BY_STATUS.get(status, ServerError)(status, message)
