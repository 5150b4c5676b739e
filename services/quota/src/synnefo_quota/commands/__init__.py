# SPDX-License-Identifier: Apache-2.0
"""``synnefo quota|resource|commission …``, one module a noun."""

from synnefo_core.commands import CommandTable
from synnefo_quota.commands import commission, enforce, quota, resource

COMMANDS: CommandTable = {
    "quota list": quota.List,
    "quota set": quota.Set,
    "quota verify": quota.Verify,
    "quota explain": quota.Explain,
    "quota history": quota.History,
    "quota enforce": enforce.Enforce,
    "resource list": resource.List,
    "resource show": resource.Show,
    "resource modify": resource.Modify,
    "resource import": resource.Import,
    "commission list": commission.List,
    "commission show": commission.Show,
    "commission accept": commission.Accept,
    "commission reject": commission.Reject,
}
