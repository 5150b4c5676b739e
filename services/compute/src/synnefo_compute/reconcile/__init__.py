# SPDX-License-Identifier: Apache-2.0
"""Keeping the rows of servers true to what the clusters have.

Rows (:mod:`~synnefo_compute.reconcile.recorded`) are compared with instances
(:mod:`~synnefo_compute.reconcile.differences`), cluster by cluster
(:mod:`~synnefo_compute.reconcile.survey`).
"""
