# SPDX-License-Identifier: Apache-2.0
"""What a password hash costs, and how many are computed at once.

The default costs are OWASP's recommendation for argon2id ("Password Storage Cheat Sheet"): about
20 ms and 19 MiB a login.
"""

from __future__ import annotations

from oslo_config import cfg

OPTIONS = [
    cfg.IntOpt("time_cost", default=2, min=1, max=64, help="Passes over the memory of a hash."),
    cfg.IntOpt(
        "memory_kib", default=19456, min=8, max=4 * 1024 * 1024, help="Memory of a hash in KiB."
    ),
    cfg.IntOpt("parallelism", default=1, min=1, max=64, help="Lanes of a hash."),
    cfg.IntOpt(
        "at_once", default=2, min=1, max=256, help="Hashes computed at once by one process."
    ),
    cfg.IntOpt(
        "waiting",
        min=0,
        max=10_000,
        help="Logins that may wait for a hash in one process; more are refused with 429. "
        "Default: 64 with green threads, where waiting costs nothing; 12 with threads, which "
        "other requests need.",
    ),
    cfg.IntOpt(
        "history",
        default=0,
        min=0,
        max=24,
        help="How many of the last passwords, the present one included, a user may not choose "
        "again; each costs a hash when a password is changed. 0: no matter.",
    ),
    cfg.FloatOpt(
        "minimum_age_days",
        default=0,
        min=0,
        help="How long users must keep a password before they change it.",
    ),
    cfg.FloatOpt(
        "expires_after_days",
        default=0,
        min=0,
        help="When a password ends and must be changed. 0: never.",
    ),
    cfg.StrOpt("regex", default="", help="What passwords must match, from their beginning."),
    cfg.StrOpt("regex_description", default="", help="The same for people, shown in errors."),
]

WAITING_GREEN = 64
WAITING_THREADS = 12
