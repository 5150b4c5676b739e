# SPDX-License-Identifier: Apache-2.0
"""Whatever a client sends, the cloud never fails: it does it or says why not."""

from __future__ import annotations

import json
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings, strategies as st

import synnefo_quota
from synnefo_blocks import block_name
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
    "X-Account-Group-Friends",
    "X-Account-Meta-Temp-Url-Key",
    "X-Account-Quota-Bytes",
    "X-Container-Meta-Access-Control-Allow-Origin",
    "X-Container-Meta-Quota-Count",
    "X-Container-Meta-Web-Index",
    "X-Container-Meta-Web-Listings",
    "X-Container-Policy-Project",
    "X-Container-Policy-Quota",
    "X-Container-Policy-Versioning",
    "X-Container-Read",
    "X-Container-Write",
    "X-Copy-From",
    "X-Copy-From-Account",
    "X-Delete-After",
    "X-Delete-At",
    "X-Detect-Content-Type",
    "X-Fresh-Metadata",
    "X-History-Location",
    "X-Move-From",
    "X-Object-Bytes",
    "X-Object-Manifest",
    "X-Object-Meta-A",
    "X-Object-Meta-B\xe4",
    "X-Object-Public",
    "X-Object-Sharing",
    "X-Remove-Container-Meta-Quota-Count",
    "X-Source-Account",
    "X-Source-Object",
    "X-Source-Version",
    "X-Storage-Policy",
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
    "ignore_content_type",
    "limit",
    "marker",
    "meta",
    "multipart-manifest",
    "path",
    "prefix",
    "public",
    "reverse",
    "shared",
    "symlink",
    "temp_url_expires",
    "temp_url_ip_range",
    "temp_url_prefix",
    "temp_url_sig",
    "until",
    "update",
    "version",
    "version-id",
    "version_marker",
    "versions",
)
WORDS = (
    "|*|/|1|-1|9999999999|a|c|c/o|/c/l|c/s?version-id=1|.r:*|AUTH_p1|AUTH_p2|bytes=0-|bytes=-1,2-3|"
    "bytes */*|bytes 0-1/*|true|get|put|delete|json|xml|tar.gz|multipart/form-data; boundary=x|%ff|"
    "%00|list|auto|a=1,!b|a>=1|read=*|write=p1:friends,u2;read=u1|1700000000.5|1e999|nan|https://page.example|application/octet-stream|Sat, 21 Nov 2026 08:00:00 GMT|null"
)
MEANT = st.sampled_from(WORDS.split("|"))
ANY = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12)
VALUES = MEANT | ANY
UNTIL = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BODIES = st.sampled_from([b"", b"x", b'[{"path": "c/o"}]', b"c/o\n", b"--x\r\n", b"\xff", b"{}"])


@given(
    method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "COPY", "MOVE", "OPTIONS"]),
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


NUMBERS = st.sampled_from([0, 1, 6, 7, 8, -1, 2**31, 2**63, 10**19, 10**400, 1.5, "7", "", None])
TEXTS = st.text(max_size=6) | st.sampled_from(["\x00", "\ud800", "c/o", "/c/o", "/c/s", "/none/o"])
JSON = st.recursive(
    NUMBERS | TEXTS | st.booleans(),
    lambda some: st.lists(some) | st.dictionaries(TEXTS, some),
    max_leaves=4,
)
SEGMENTS = st.fixed_dictionaries(
    {},
    optional={
        "path": st.sampled_from(["/c/o", "/c/l", "/c/s", "/c/m", "/none/o"]) | JSON,
        "etag": st.sampled_from(["9a0364b9e99bb480dd25e1f0284c8555", ""]) | JSON,
        "size_bytes": NUMBERS | JSON,
        "range": st.sampled_from(["0-0", "-1", "3-", "9-1", f"{10**17}-", "\u0663-"]) | JSON,
        "data": st.sampled_from(["eA==", "=", "\xe4"]) | JSON,
        "more": JSON,
    },
)


@given(segments=st.lists(SEGMENTS | JSON, max_size=3) | JSON, query=st.sampled_from(["", "raw"]))
@UNTIL
def test_no_manifest_makes_it_fail(application, segments, query):
    prepare(application)
    asked = {"path": "/c/m", "headers": {}, "token": "member.p1"}
    manifest = {"multipart-manifest": "put"}

    made = send(application, method="PUT", query=manifest, body=dumped(segments), **asked)

    assert made < 500
    for how in ({}, {"multipart-manifest": "get", "format": query}):
        assert send(application, method="GET", query=how, body=b"", **asked) < 500
    gone = {"multipart-manifest": "delete"}
    assert send(application, method="DELETE", query=gone, body=b"", **asked) < 500


NAMES = st.sampled_from([block_name(b"content").hex(), block_name(b"").hex(), "ab" * 32, "Ä" * 64])
HASHMAPS = st.fixed_dictionaries(
    {},
    optional={
        "bytes": st.sampled_from([0, 7, 8, 4 * 2**20, 4 * 2**20 + 7]) | JSON,
        "hashes": st.lists(NAMES, max_size=3) | st.lists(JSON, max_size=2) | JSON,
        "block_hash": st.just("sha256") | JSON,
        "block_size": JSON,
    },
)


@given(hashmap=HASHMAPS | JSON, junk=st.binary(max_size=3))
@UNTIL
def test_no_hashmap_makes_it_fail(application, hashmap, junk):
    prepare(application)
    asked = {"path": "/c/h", "headers": {}, "token": "member.p1"}

    for body in (dumped(hashmap), junk + dumped(hashmap), dumped(hashmap) + junk):
        assert send(application, method="PUT", query={"hashmap": ""}, body=body, **asked) < 500

    for how in ({}, {"hashmap": ""}, {"hashmap": "", "format": "xml"}):
        assert send(application, method="GET", query=how, body=b"", **asked) < 500


POSITIONS = st.sampled_from(["", "*", "0", "3", "6", "7", "8", "-1", "9" * 18, "9" * 30, "\u0663"])
RANGES = st.builds(
    "{0}{1}-{2}/{3}".format, st.sampled_from(["bytes ", "bytes", "lines "]), *[POSITIONS] * 3
) | st.sampled_from(["bytes */*", "bytes 0-/*", "bytes 7-/*"])
SPANS = st.lists(st.builds("{0}-{1}".format, POSITIONS, POSITIONS), max_size=4).map(
    lambda spans: "bytes=" + ",".join(spans)
)


@given(
    content_range=RANGES,
    spans=SPANS,
    more=st.dictionaries(
        st.sampled_from(["X-Object-Bytes", "X-Source-Object", "X-Source-Version", "If-Range"]),
        POSITIONS | st.sampled_from(["/c/o", "/c/s", "/c/l", "c"]),
    ),
    body=st.binary(max_size=9),
)
@UNTIL
def test_no_range_makes_it_fail(application, content_range, spans, more, body):
    prepare(application)
    content_range, spans = (encoded(text) for text in (content_range, spans))
    more = {name: encoded(text) for name, text in more.items()}
    asked = {"query": {}, "token": "member.p1"}

    for path in ("/c/o", "/c/s"):
        told = {"Content-Range": content_range, **more}
        changed = send(application, method="POST", path=path, headers=told, body=body, **asked)
        assert changed < 500
        told = {"Range": spans, **more}
        assert send(application, method="GET", path=path, headers=told, body=b"", **asked) < 500


def dumped(value):
    """Return JSON as a client may send it; half of a surrogate pair is an escape in it."""
    return json.dumps(value).encode()


def encoded(text):
    """Return a header as WSGI has it."""
    return text.encode().decode("latin-1")


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
