# SPDX-License-Identifier: Apache-2.0
"""What servers have used, as rates over time (CYC-096).

Nodes tell counters (:mod:`.heard`), clusters whose nodes don't are asked (:mod:`.asked`); both go
through :mod:`.intake`, which makes rates of them (:mod:`.rates`) and appends those to a few rows of
bounded size. :mod:`.series` reads them.
"""
