# SPDX-License-Identifier: Apache-2.0
"""x"""
from pathlib import Path
def build() -> Path: return Path("/")
def ask(console: Path, command: str, *, within_s: float) -> str: return ""
