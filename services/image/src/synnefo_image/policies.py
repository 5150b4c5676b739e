# SPDX-License-Identifier: Apache-2.0
"""Who may do what to images, by default."""

from __future__ import annotations

from synnefo_core.policy import ADMIN, MEMBER, READER, rule

PUBLISH = "image:image:publish"
FOR_OTHERS = "image:image:for_others"
READ_ALWAYS = "image:image:read_deactivated"

POLICIES = [
    rule("image:image:list", READER, "List images", "GET /images"),
    rule("image:image:show", READER, "Show an image", "GET /images/{image_id}"),
    rule("image:image:create", MEMBER, "Make an image", "POST /images"),
    rule("image:image:update", MEMBER, "Change an image", "PATCH /images/{image_id}"),
    rule("image:image:delete", MEMBER, "Delete an image", "DELETE /images/{image_id}"),
    rule("image:image:download", READER, "Read an image", "GET /images/{image_id}/file"),
    rule("image:image:upload", MEMBER, "Write an image", "PUT /images/{image_id}/file"),
    rule(
        "image:image:deactivate",
        MEMBER,
        "Keep an image from being read, and let it be read again",
        "POST /images/{image_id}/actions/deactivate",
        "POST /images/{image_id}/actions/reactivate",
    ),
    rule(READ_ALWAYS, ADMIN, "Read a deactivated image", "GET /images/{image_id}/file"),
    rule(
        "image:member:list",
        READER,
        "See with whom an image is shared",
        "GET /images/{image_id}/members",
        "GET /images/{image_id}/members/{member_id}",
    ),
    rule(
        "image:member:change",
        MEMBER,
        "Share an image, and accept or reject one",
        "POST /images/{image_id}/members",
        "PUT /images/{image_id}/members/{member_id}",
        "DELETE /images/{image_id}/members/{member_id}",
    ),
    rule(
        "image:image:import",
        MEMBER,
        "Stage and import an image's data",
        "PUT /images/{image_id}/stage",
        "POST /images/{image_id}/import",
    ),
    rule(
        "image:task:list",
        READER,
        "See how far imports are",
        "GET /images/{image_id}/tasks",
        "GET /tasks",
        "GET /tasks/{task_id}",
    ),
    rule("image:info:show", READER, "Show how images come in", "GET /info/{name}"),
    rule("image:schema:show", READER, "Show schemas", "GET /schemas/{name}"),
    rule(PUBLISH, ADMIN, "Make an image public", "POST /images", "PATCH /images/{image_id}"),
    rule(FOR_OTHERS, ADMIN, "Make an image for another project", "POST /images"),
]
