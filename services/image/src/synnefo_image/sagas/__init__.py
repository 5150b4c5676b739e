# SPDX-License-Identifier: Apache-2.0
"""What the worker does for images, one module a saga."""

from synnefo_image.sagas import import_image

SAGAS = (import_image.SAGA,)
