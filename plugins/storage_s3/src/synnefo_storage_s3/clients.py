# SPDX-License-Identifier: Apache-2.0
"""Clients of an S3 server, one for each call that is under way.

A client of boto3 may be shared between threads, but shares locks and connections with them. Native
threads and green ones must not meet at a lock, so each call takes a client that nobody else uses;
there are never more than calls at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from synnefo_storage_s3.options import Options


class Clients:
    """Makes clients, and keeps those that are idle with their connections."""

    def __init__(self, told: Options) -> None:
        self._told = told
        self._idle: deque[Any] = deque()
        # What boto3 knows of S3 is a megabyte of JSON: read once, not for each client.
        self._models = create_loader()

    @contextmanager
    def one(self) -> Iterator[Any]:
        """Have a client until the block ends."""
        try:
            client = self._idle.pop()
        except IndexError:
            client = self._make()
        try:
            yield client
        finally:
            self._idle.append(client)

    def close(self) -> None:
        """Close the connections of idle clients."""
        while self._idle:
            self._idle.pop().close()

    def _make(self) -> Any:
        told = self._told
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": told.addressing},
            retries={"mode": "standard", "total_max_attempts": told.attempts},
            connect_timeout=told.connect_timeout_s,
            read_timeout=told.read_timeout_s,
            # Newer checksums are refused by many servers; transport and names are checked anyway.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            max_pool_connections=1,
        )
        core = botocore.session.get_session()
        core.register_component("data_loader", self._models)
        session = boto3.session.Session(
            botocore_session=core,
            aws_access_key_id=told.access_key,
            aws_secret_access_key=told.secret_key,
            region_name=told.region,
        )
        return session.client(
            "s3", endpoint_url=told.endpoint_url, verify=told.ca_file, config=config
        )
