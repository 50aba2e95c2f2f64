"""분야: categories, in a table of their own because cases and reports name them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from sinmungo.cases import labels as words
from sinmungo.cases import reference_queries as q
from sinmungo.cases import settings_queries as sq
from sinmungo.cases.reference import touch
from sinmungo.errors import InvalidError, MissingError, StaleError
from sinmungo.host.city_settings import set_setting
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample
from sinmungo.text.normalise import clean

KEY = "cases.categories"
MAX_LABEL = 30


class CategoryLine(msgspec.Struct, frozen=True):
    """A category: its code, what it usually is, the city's word and place, and if it is open."""

    code: Annotated[str, about("코드", fixed=True)] = ""
    usual: Annotated[str, about("분야", fixed=True)] = ""
    label: Annotated[str, about("부르는 이름", min_length=1, max_length=MAX_LABEL)] = "분야"
    position: Annotated[int, about("차례", ge=0, le=999)] = 0
    active: Annotated[bool, about("씁니다")] = True


class Categories(msgspec.Struct, frozen=True):
    """What difficulties are about."""

    categories: Annotated[
        list[CategoryLine],
        about(
            "분야",
            "이름과 차례는 이 시의 화면에만 쓰입니다. 끈 분야는 새 접수에서 고를 수 없고, "
            "지난 건에는 남습니다.",
            fixed=True,
        ),
    ] = []


async def load(ctx: Ctx) -> Mapping[str, Any]:
    """Return the categories as they are stored, in the city's order."""
    lines = [
        {
            "code": r.code,
            "usual": words.CATEGORY.get(r.code, r.code),
            "label": r.label,
            "position": r.position,
            "active": r.active,
        }
        for r in await ctx.db.all(q.CATEGORIES)
    ]
    return {"categories": lines}


async def check(_: Ctx, new: Categories) -> Mapping[str, str]:
    """Refuse to close all."""
    if any(line.active for line in new.categories):
        return {}
    return {"categories": "분야를 하나는 켜 두어야 합니다."}


async def samples(_: Ctx, new: Categories) -> Sequence[Sample]:
    """Say what intake and portal will offer, in order."""
    lines = sorted(new.categories, key=lambda line: (line.position, line.code))
    names = ", ".join(line.label for line in lines if line.active)
    return (Sample("접수와 신청에서 고르는 분야", names),)


async def save(ctx: Ctx, old: Categories, new: Categories) -> None:
    """Write the categories that changed."""
    before = {line.code: line for line in old.categories}
    changed = [
        {"b_code": c.code, "label": c.label, "position": c.position, "active": c.active}
        for c in new.categories
        if before.get(c.code) != c
    ]
    await ctx.db.run_many(sq.CHANGE_CATEGORY, changed)
    await touch(ctx)


async def change_category(
    ctx: Ctx, code: str, *, label: str, position: int, active: bool, row_version: int
) -> int:
    """Rename, move or switch off a category; cases keep its code. Return the new row version.

    Remembered in the history of the settings like a change by their form.
    """
    line = clean(label)
    if not line or len(line) > MAX_LABEL:
        raise InvalidError({"label": f"이름을 {MAX_LABEL}자까지로 적어 주세요."})
    before = (await load(ctx))["categories"]
    if code not in {row["code"] for row in before}:
        raise MissingError
    touched = await ctx.db.run(
        q.CHANGE_CATEGORY,
        b_code=code,
        b_v=row_version,
        label=line,
        position=position,
        active=active,
    )
    if not touched:
        raise StaleError
    after = (await load(ctx))["categories"]
    if before != after:
        await set_setting(ctx, KEY, after, old=before)
    await touch(ctx)
    return row_version + 1
