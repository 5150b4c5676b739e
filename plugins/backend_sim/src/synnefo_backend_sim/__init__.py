# SPDX-License-Identifier: Apache-2.0
"""A simulated Ganeti-like cluster that lives in a file."""

from synnefo_backend_sim.clusterfile import ClusterFile
from synnefo_backend_sim.driver import SimBackend
from synnefo_backend_sim.layout import Layout, Pace

__all__ = ["ClusterFile", "Layout", "Pace", "SimBackend"]
