# SPDX-License-Identifier: Apache-2.0
"""A store in a bucket of any S3 server: the driver ``s3`` of ``synnefo.storage``."""

from synnefo_storage_s3.driver import S3Storage

__all__ = ["S3Storage"]
