# SPDX-License-Identifier: Apache-2.0
"""Run the interoperability tests of OpenStack's own suite against this cloud.

Each ``NAME.txt`` beside this file lists the Tempest ids that a cloud is expected to pass. A test
that is required and skipped has not passed.
"""
