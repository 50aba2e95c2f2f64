"""What `sinmungo doctor` finds, looked at by tests."""

from collections.abc import Sequence
from typing import Any

import msgspec

from sinmungo.config import Settings
from sinmungo.deploy.checkup.terms import Finding


def changed(settings: Settings, **values: Any) -> Settings:
    """Return the settings with some of them different."""
    return msgspec.structs.replace(settings, **values)


def worst(found: Sequence[Finding], check: str) -> Finding:
    """Return the worst finding of a check, which must have found something."""
    order = ("BAD", "WARN", "OK")
    mine = [f for f in found if f.check == check]
    assert mine, (check, found)
    return min(mine, key=lambda f: order.index(f.level))
