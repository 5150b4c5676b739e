# SPDX-License-Identifier: Apache-2.0
"""The conformance suite of stores: what every driver of ``synnefo.storage`` must do.

A driver tests itself with a class and a fixture::

    from synnefo_core.testing.storage import StorageContract

    class TestMyStore(StorageContract):
        @pytest.fixture
        def storage(self):
            return MyStore(...)

The fixture ``reopen`` is for stores that outlive their process; without it those tests are
skipped, and a store without heads skips what is about heads. The store may hold other things
and serve others meanwhile: the suite uses names and digests of its own. It needs only pytest.
"""

from __future__ import annotations

from synnefo_core.testing.blockstore import BlockStoreContract
from synnefo_core.testing.headstore import HeadStoreContract

__all__ = ["BlockStoreContract", "HeadStoreContract", "StorageContract"]


class StorageContract(BlockStoreContract, HeadStoreContract):
    """Both facets of a store."""
