# SPDX-License-Identifier: Apache-2.0
"""Settings of the object store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oslo_config import cfg

SECTIONS: Mapping[str, Iterable[cfg.Opt]] = {
    "object_store": [
        cfg.IntOpt(
            "max_object_bytes",
            default=5 * 1024**4,
            min=1,
            max=2**49,
            help="The largest object that one upload makes; told to clients by /info.",
        ),
        cfg.IntOpt(
            "synced_md5_bytes",
            default=64 * 1024**2,
            min=0,
            help="Up to how many bytes the ETag of an object is the MD5 of its content also when "
            "it was written by hashes or in part: for that all of it is read. That of a longer "
            "one is its hash over the blocks.",
        ),
        cfg.BoolOpt(
            "free_versioning",
            default=True,
            help="Versions of the past are kept for nothing: they don't count against quotas of "
            "projects. Where it is off they are paid for until they are removed. What is one "
            "already when this is changed stays as it is.",
        ),
        cfg.URIOpt(
            "view_origin",
            schemes=["http", "https"],
            help="An address (scheme, host, port) of this cloud of which browsers keep nothing "
            "else: there what people store is shown like any page. Elsewhere it is shown in a "
            "sandbox, so that it can't act for who looks at it.",
        ),
        cfg.URIOpt(
            "view_login_url",
            schemes=["http", "https"],
            help="Where browsers are sent that want to see an object at /object-store/ui/view "
            "without a token that is good for it: a page that has the user let it have one, for the "
            "path in its parameter scope, and sends the browser on to next with access_token. Without "
            "it they are refused.",
        ),
        cfg.BoolOpt(
            "user_names",
            default=False,
            help="Take and tell names of users (of the default domain) in place of their ids: in "
            "paths, where a name stands for the user's own account, in groups and in sharing. For "
            "clients of Pithos that know users by their names. Whoever shares something learns by it "
            "which names there are.",
        ),
        cfg.IntOpt(
            "inside_memory_mib",
            default=512,
            min=64,
            help="How much memory, in MiB, a process takes at most that looks into a raw disk "
            "(?archive) for one request.",
        ),
        cfg.IntOpt(
            "inside_time_s",
            default=30,
            min=1,
            help="How long looking into a raw disk for one request takes at most, in seconds; what "
            "is sent of a file then is not counted.",
        ),
        cfg.IntOpt(
            "inside_at_once",
            default=4,
            min=1,
            help="How many raw disks one process of the cloud has looked into at once; more requests "
            "wait.",
        ),
        cfg.MultiStrOpt(
            "cross_domain_policy",
            default=[],
            help="A line of /crossdomain.xml, as old plugins of browsers read it; may be repeated.",
        ),
    ]
}
