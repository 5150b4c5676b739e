# SPDX-License-Identifier: Apache-2.0
"""Who may do what to images, by default."""

from __future__ import annotations

from synnefo_core.policy import ADMIN, MEMBER, READER, rule

PUBLISH = "image:image:publish"
FOR_OTHERS = "image:image:for_others"

POLICIES = [
    rule("image:image:list", READER, "List images", "GET /images"),
    rule("image:image:show", READER, "Show an image", "GET /images/{image_id}"),
    rule("image:image:create", MEMBER, "Make an image", "POST /images"),
    rule("image:image:update", MEMBER, "Change an image", "PATCH /images/{image_id}"),
    rule("image:image:delete", MEMBER, "Delete an image", "DELETE /images/{image_id}"),
    rule("image:image:download", READER, "Read an image", "GET /images/{image_id}/file"),
    rule("image:image:upload", MEMBER, "Write an image", "PUT /images/{image_id}/file"),
    rule("image:schema:show", READER, "Show schemas", "GET /schemas/{name}"),
    rule(PUBLISH, ADMIN, "Make an image public", "POST /images", "PATCH /images/{image_id}"),
    rule(FOR_OTHERS, ADMIN, "Make an image for another project", "POST /images"),
]
