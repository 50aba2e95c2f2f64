"""Made-up companies for trying the product: every name, number and person is invented.

Business numbers carry a right check digit and begin with 999, which no tax office has; telephones
lie in 010-0000 and 070-0000, which no one is given.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.agencies.service import get_or_add
from sinmungo.companies import queries as q
from sinmungo.companies.consents import give
from sinmungo.companies.contacts import add_contact
from sinmungo.companies.figures import keep_figures
from sinmungo.companies.memberships import join
from sinmungo.companies.seed import seed_places
from sinmungo.companies.service import add
from sinmungo.companies.states import set_state
from sinmungo.host.context import Ctx
from sinmungo.text.business_no import is_valid
from sinmungo.text.normalise import company_key

_FIRST = (
    *("새솔", "다온", "미르", "누리봄", "한결", "이든", "가람", "라온", "아람", "해든", "도담"),
    *("온새미", "예솔", "큰솔", "푸른들", "참빛", "늘품", "하람", "슬기", "두레", "윤슬", "바른"),
    *("샛별", "다솜", "달빛", "마루", "벼리", "소담", "우리들", "한울"),
)
_TRADES = {
    "정밀": ("금속 절삭가공업", "유압 부품, 정밀 축"),
    "금속": ("금속 열처리업", "열처리 기어"),
    "테크": ("기계 부품 제조업", "자동화 설비 부품"),
    "산업": ("플라스틱 제품 제조업", "사출 용기"),
    "전자": ("전자부품 제조업", "인쇄회로기판 조립품"),
    "금형": ("금형 제조업", "사출 금형"),
    "로보틱스": ("산업용 로봇 제조업", "협동 로봇 그리퍼"),
    "조명": ("조명장치 제조업", "LED 평판등"),
    "푸드": ("식료품 제조업", "즉석 조리식품"),
    "패키지": ("종이 상자 제조업", "골판지 상자"),
    "바이오": ("화장품 제조업", "기초 화장품"),
    "소재": ("화학제품 제조업", "산업용 접착제"),
    "물류": ("창고 및 운송 서비스업", "부품 보관·배송"),
    "소프트": ("소프트웨어 개발업", "생산관리 시스템"),
}
_SPELLINGS = ("㈜{}", "㈜{}", "㈜{}", "주식회사 {}", "{} 주식회사", "(주){}", "{}")
_FAMILY = "김이박최정강조윤장임한오서신권황안송류홍"
_GIVEN = ("도현", "서윤", "하준", "지안", "은호", "수아", "태경", "민재", "유진", "가은", "상우")
_TITLES = ("총무부장", "관리이사", "경영지원팀장", "대리", "공장장", "과장")
_ROADS = ("산업로", "공단로", "테크노로", "번영로", "중앙로")
_LARGEST, _SMALLEST = 300, 3
_IN_COMPLEX, _MOVED, _KNOWN = 0.6, 0.03, 0.4
_SIZES = ((10, "MICRO"), (50, "SMALL"), (220, "MEDIUM"), (_LARGEST + 1, "MIDSIZE"))


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Add `companies` (40) made-up companies in the city's `dongs` and `complexes`, once.

    `duplicates` (0) of them are there twice, as they come from the telephone. The same city gets
    the same companies each time; nothing happens when it has any.
    """
    if await ctx.db.first(q.ANY) is not None:
        return
    await seed_places(ctx, table)
    dice = random.Random(ctx.city.slug)  # noqa: S311 - made-up data, not a secret
    unions = [await get_or_add(ctx, name, "ASSOCIATION") for name in _unions(ctx.city.name)]
    made = list(_made_up(dice, table))
    for texts in made:
        company_id = await add(ctx, texts)
        await _make_contacts(ctx, dice, company_id)
        await _make_past(ctx, dice, company_id, texts, unions)
    for texts in made[: table.get("duplicates", 0)]:
        await add(ctx, {"name": company_key(texts["name"]), "phone": texts["phone"]})


def _unions(city: str) -> tuple[str, str]:
    return f"{city} 기업인협회", f"{city} 금속가공 협동조합"


async def _make_past(
    ctx: Ctx,
    dice: random.Random,
    company_id: UUID,
    texts: Mapping[str, str],
    unions: Sequence[UUID],
) -> None:
    """Give some companies the figures of last year, an association, a consent."""
    year = clock.today().year - 1
    if dice.random() < _KNOWN:
        staff = max(1, round(int(texts["employees"]) * dice.uniform(0.8, 1.1)))
        sales = staff * dice.randrange(90, 260) * 1_000_000
        day = {"day": f"{year}-12-31", "employees": str(staff), "sales": str(sales)}
        await keep_figures(ctx, company_id, day, None)
    if dice.random() < _KNOWN:
        joined = date(dice.randrange(year - 8, year), dice.randrange(1, 13), 1)
        await join(ctx, company_id, dice.choice(unions), valid_from=joined)
    if dice.random() < _KNOWN:
        consent = {"purpose": "NEWSLETTER", "given_on": f"{year}-11-03", "how": "PAPER"}
        await give(ctx, company_id, consent, None)


def _made_up(dice: random.Random, table: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    names = list(product(_FIRST, _TRADES))
    dice.shuffle(names)
    dongs, complexes = table.get("dongs", []), table.get("complexes", [])
    for serial, (first, trade) in enumerate(names[: table.get("companies", 40)], 1):
        yield {
            **_firm(dice, first + trade, trade, serial),
            **_place(dice, dongs, complexes),
            **_staff(dice),
        }


def _firm(dice: random.Random, name: str, trade: str, serial: int) -> dict[str, str]:
    industry, products = _TRADES[trade]
    founded = date(1985, 1, 1) + timedelta(days=dice.randrange(39 * 365))
    return {
        "name": dice.choice(_SPELLINGS).format(name),
        "business_no": business_no(dice.choice((81, 86, 87, 88)) * 10_000 + serial * 7),
        "representative": _person(dice),
        "phone": f"070-0000-{dice.randrange(1000, 10_000)}",
        "industry": industry,
        "products": products,
        "founded_on": founded.isoformat(),
    }


def business_no(serial: int) -> str:
    """Return the valid made-up business number 999-… of a serial below a million."""
    head = f"999{serial:06d}"
    return next(head + last for last in "0123456789" if is_valid(head + last))


def _place(dice: random.Random, dongs: Sequence[str], complexes: Sequence[str]) -> dict[str, str]:
    dong = dice.choice(dongs) if dongs else ""
    return {
        "dong": dong,
        "complex": dice.choice(complexes) if complexes and dice.random() < _IN_COMPLEX else "",
        "address": f"{dice.choice(_ROADS)} {dice.randrange(1, 400)}{f' ({dong})' if dong else ''}",
        "premises": dice.choice(("OWNED", "RENTED", "RENTED")),
        "factory_registered": dice.choice("YYN"),
    }


def _staff(dice: random.Random) -> dict[str, str]:
    """Return a head count between 3 and 300, small ones more often, with its day and size class."""
    count = round(_SMALLEST * (_LARGEST / _SMALLEST) ** dice.random())
    counted_on = clock.today() - timedelta(days=dice.randrange(20, 330))
    return {
        "employees": str(count),
        "employees_foreign": str(dice.randrange(count // 4 + 1)),
        "employees_on": counted_on.isoformat(),
        "size_class": next(size for below, size in _SIZES if count < below),
    }


def _person(dice: random.Random) -> str:
    return dice.choice(_FAMILY) + dice.choice(_GIVEN)


async def _make_contacts(ctx: Ctx, dice: random.Random, company_id: UUID) -> None:
    number = dice.randrange(10_000)
    version = 1
    for offset in range(dice.choice((0, 1, 1, 1, 2))):
        contact = {
            "name": _person(dice),
            "title": dice.choice(_TITLES),
            "phone": f"010-0000-{(number + offset) % 10_000:04d}",
        }
        await add_contact(ctx, company_id, contact, version)
        version += 1
    if dice.random() < _MOVED:
        moved = {"state": "MOVED", "state_reason": "다른 시로 공장 이전"}
        day = clock.today() - timedelta(days=dice.randrange(5, 200))
        await set_state(ctx, company_id, {**moved, "state_on": day.isoformat()}, version)
