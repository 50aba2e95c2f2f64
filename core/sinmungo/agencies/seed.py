"""The agencies a new city begins with: bodies of the state, and those its file names."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sinmungo.agencies import queries as q
from sinmungo.agencies.service import add_all
from sinmungo.host.context import Ctx
from sinmungo.text.normalise import company_key

NATIONAL = Path(__file__).with_name("national.toml")


async def seed(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Add the national bodies and `[[agencies.own]]` (name, kind, short_name, phone, url).

    Repeatable: a name that has an open row is left alone, whatever the admin made of it.
    """
    national = tomllib.loads(NATIONAL.read_text("utf-8"))["agencies"]
    known, new = set(await ctx.db.all(q.OPEN_KEYS)), []
    for texts in [*national, *table.get("own", [])]:
        if (key := company_key(texts["name"])) not in known:
            new.append(texts)
            known.add(key)
    await add_all(ctx, new)
