# SPDX-License-Identifier: Apache-2.0
"""Whatever a client sends, the cloud never fails: it does it or says why not."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import HealthCheck, given, settings, strategies as st

import synnefo_quota
from synnefo_core.context import for_worker
from synnefo_core.testing import http

HEADERS = (
    "Accept",
    "Access-Control-Request-Method",
    "Content-Range",
    "Content-Type",
    "Destination",
    "Destination-Account",
    "Etag",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Origin",
    "Range",
    "Referer",
    "X-Account-Meta-Temp-Url-Key",
    "X-Account-Quota-Bytes",
    "X-Container-Meta-Access-Control-Allow-Origin",
    "X-Container-Meta-Quota-Count",
    "X-Container-Meta-Web-Index",
    "X-Container-Meta-Web-Listings",
    "X-Container-Read",
    "X-Container-Write",
    "X-Copy-From",
    "X-Copy-From-Account",
    "X-Delete-After",
    "X-Delete-At",
    "X-Fresh-Metadata",
    "X-History-Location",
    "X-Object-Bytes",
    "X-Object-Manifest",
    "X-Object-Meta-A",
    "X-Source-Object",
    "X-Symlink-Target",
    "X-Symlink-Target-Etag",
    "X-Versions-Enabled",
    "X-Versions-Location",
    "X-Web-Mode",
)
PARAMETERS = (
    "bulk-delete",
    "delimiter",
    "end_marker",
    "extract-archive",
    "format",
    "hashmap",
    "limit",
    "marker",
    "multipart-manifest",
    "path",
    "prefix",
    "reverse",
    "symlink",
    "temp_url_expires",
    "temp_url_ip_range",
    "temp_url_prefix",
    "temp_url_sig",
    "version-id",
    "version_marker",
    "versions",
)
WORDS = (
    "|*|/|1|-1|9999999999|a|c|c/o|/c/l|c/s?version-id=1|.r:*|AUTH_p1|AUTH_p2|bytes=0-|bytes=-1,2-3|"
    "bytes */*|bytes 0-1/*|true|get|put|delete|json|xml|tar.gz|multipart/form-data; boundary=x|%ff|"
    "%00|https://page.example|application/octet-stream|Sat, 21 Nov 2026 08:00:00 GMT|null"
)
MEANT = st.sampled_from(WORDS.split("|"))
ANY = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12)
VALUES = MEANT | ANY
BODIES = st.sampled_from([b"", b"x", b'[{"path": "c/o"}]', b"c/o\n", b"--x\r\n", b"\xff", b"{}"])


@given(
    method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "OPTIONS"]),
    path=st.sampled_from(["", "/c", "/c/", "/c/o", "/c/l", "/c/s", "/c/none/", "/none/o"]),
    query=st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=3),
    headers=st.dictionaries(st.sampled_from(HEADERS), VALUES, max_size=4),
    token=st.sampled_from(["", "reader.p1", "member.p1", "member.p2", "admin.p1"]),
    body=BODIES,
)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_makes_it_fail(application, cloud, **asked):
    prepare(application)

    status = send(application, **asked)

    assert status in (404, 501) or 200 <= status < 500
    assert [] == synnefo_quota.verify(for_worker(cloud))


def prepare(application):
    """Have a container with an object, a symlink, a large object and versions."""
    put = {"method": "PUT", "query": {}, "token": "admin.p1"}
    send(application, path="/c", headers={"X-Versions-Enabled": "true"}, body=b"", **put)
    send(application, path="/c/o", headers={}, body=b"content", **put)
    send(application, path="/c/l", headers={"X-Symlink-Target": "c/o"}, body=b"", **put)
    manifest = {**put, "query": {"multipart-manifest": "put"}}
    send(application, path="/c/s", headers={}, body=b'[{"path": "c/o"}]', **manifest)


def send(application, *, method, path, query, headers, token, body):
    pairs = (f"{name}={quote(value, safe='%')}" for name, value in query.items())
    address = f"/object-store/v1/AUTH_p1{path}?{'&'.join(pairs)}"
    answer = http.call(application, method, address, body=body, token=token, headers=headers)
    if method != "HEAD":
        b"".join(answer.app_iter)
    return answer.status_int
