# SPDX-License-Identifier: Apache-2.0
"""Large objects: objects whose content is that of others, one behind the other.

A static one (SLO) has a manifest that names its segments, checked when it is stored and when it is
read. A dynamic one (DLO) is whatever begins with a prefix when it is read.
"""

from synnefo_object_store.large.assembly import Assembly, Whole, assembled, copy_whole, measured
from synnefo_object_store.large.dynamic import MOST_SEGMENTS
from synnefo_object_store.large.manifests import MANIFEST_LIMITS, Segment
from synnefo_object_store.large.static import put_manifest, segments_of

__all__ = [
    "MANIFEST_LIMITS",
    "MOST_SEGMENTS",
    "Assembly",
    "Segment",
    "Whole",
    "assembled",
    "copy_whole",
    "measured",
    "put_manifest",
    "segments_of",
]
