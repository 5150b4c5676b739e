# SPDX-License-Identifier: Apache-2.0
"""What this API serves: one row for each method and path."""

from synnefo_api_image import versions
from synnefo_api_image.handlers import (
    actions,
    data,
    images,
    imports,
    info,
    members,
    schemas,
    tags,
    tasks,
)
from synnefo_api_image.schemas import image, member, task
from synnefo_core.contracts.api import Route
from synnefo_core.wsgi.routing import unbuilt

# fmt: off
ROUTES = [
    #     method    path                             handler           rule                   status
    Route("GET",    "",                              versions.show,    is_public=True),
    Route("GET",    "/",                             versions.show,    is_public=True),

    Route("GET",    "/images",                       images.index,     "image:image:list",    query=image.LIST),
    Route("GET",    "/images/",                      images.nameless),
    Route("DELETE", "/images/",                      images.nameless),
    Route("POST",   "/images",                       images.create,    "image:image:create",  201, image.CREATE),
    Route("GET",    "/images/{image_id}",            images.show,      "image:image:show"),
    Route("PATCH",  "/images/{image_id}",            images.update,    "image:image:update",  200, image.PATCH),
    Route("DELETE", "/images/{image_id}",            images.delete,    "image:image:delete",  204),

    Route("GET",    "/images/{image_id}/file",       data.read,        "image:image:download"),
    Route("PUT",    "/images/{image_id}/file",       data.write,       "image:image:upload",  204, is_stream=True),

    Route("PUT",    "/images/{image_id}/tags/{tag}", tags.add,         "image:image:update",  204),
    Route("DELETE", "/images/{image_id}/tags/{tag}", tags.remove,      "image:image:update",  204),

    Route("GET",    "/images/{image_id}/members",    members.index,    "image:member:list"),
    Route("POST",   "/images/{image_id}/members",    members.add,      "image:member:change", 200, member.ADD),
    Route("GET",    "/images/{image_id}/members/{member_id}", members.show,   "image:member:list"),
    Route("PUT",    "/images/{image_id}/members/{member_id}", members.answer, "image:member:change", 200, member.ANSWER),
    Route("DELETE", "/images/{image_id}/members/{member_id}", members.remove, "image:member:change", 204),

    Route("POST",   "/images/{image_id}/actions/deactivate", actions.deactivate, "image:image:deactivate", 204),
    Route("POST",   "/images/{image_id}/actions/reactivate", actions.reactivate, "image:image:deactivate", 204),

    Route("PUT",    "/images/{image_id}/stage",      imports.stage,    "image:image:import",  204, is_stream=True),
    Route("POST",   "/images/{image_id}/import",     imports.begin,    "image:image:import",  202, task.IMPORT),
    Route("GET",    "/images/{image_id}/tasks",      tasks.of_image,   "image:task:list"),
    Route("GET",    "/tasks",                        tasks.index,      "image:task:list",     query=task.LIST),
    Route("GET",    "/tasks/{task_id}",              tasks.show,       "image:task:list"),

    Route("GET",    "/info/import",                  info.methods,     "image:info:show"),
    Route("GET",    "/info/stores",                  info.stores,      "image:info:show"),

    Route("GET",    "/schemas/{name}",               schemas.show,     "image:schema:show"),
]

UNBUILT = [
    ("GET POST",       "/images/{image_id}/locations"),
    ("POST",           "/tasks"),
    ("GET",            "/info/{name:.*}"),
    ("GET DELETE",     "/cache"),
    ("PUT DELETE",     "/cache/{image_id}"),
    ("DELETE",         "/stores/{store}/{image_id}"),
    ("GET POST",       "/metadefs/{rest:.*}"),
    ("PUT DELETE",     "/metadefs/{rest:.*}"),
]
"""What Glance has and this cloud does not do yet: answered by 501."""

ROUTES += [Route(method, path, unbuilt) for methods, path in UNBUILT for method in methods.split()]
# fmt: on
