"""119 made-up experts (seed 001), the same every time. Their phones and mails lead nowhere."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sinmungo.sdk import Ctx, clock, experts
from sinmungo_daegu.pool.demo_sessions import sessions

COUNT = 119
FORMER = 6
TERM = 2
KNOWN = "도하늘"
_FAMILY = "김이박최정강조윤장임한오서신권황안송류홍"
_FIRST = "가나다라마바사아자하도소수지현우민서예"
_SECOND = "람온결빛솔별들샘윤준호진영은아림찬"
_TITLES = {
    "LEGAL": ("법무법인 {}", "변호사"),
    "LABOR": ("노무법인 {}", "공인노무사"),
    "TAX": ("세무법인 {}", "세무사"),
    "RND": ("{}기술연구원", "책임연구원"),
    "IP": ("특허법인 {}", "변리사"),
    "EXPORT": ("{}관세사무소", "관세사"),
    "MARKET": ("{}마케팅연구소", "대표"),
    "FUNDS": ("{}금융상담소", "금융상담사"),
    "TECH_CERT": ("{}인증원", "심사원"),
    "MANAGEMENT": ("{}경영컨설팅", "경영지도사"),
    "DIGITAL": ("{}디지털연구소", "소장"),
    "SAFETY": ("{}안전환경기술", "기술사"),
}
_HOUSES = ("누리", "한빛", "새길", "다온", "가람", "미르", "초록", "해온", "이음", "바른")
_REGIONS = ("", "", "성서동, 이곡동, 월암동", "침산동, 노원동", "검단동", "성서산업단지")


async def demo(ctx: Ctx, table: Mapping[str, Any]) -> None:
    """Appoint the experts of the present term, and some of the last; nothing if there is one.

    Then `sessions` (default 20) of this year. An account with the role EXPERT that is nobody's
    becomes the first labour expert's.
    """
    fields = [f.code for f in await experts.list_fields(ctx)]
    if not fields or await experts.list_experts(ctx, limit=1):
        return
    chance = random.Random(119)  # noqa: S311 - the demo must be the same each time
    year = clock.today().year
    labour = fields.index("LABOR")
    made = []
    for number in range(COUNT):
        start = date(year - number % 2, 1, 1)
        texts = _made_up(chance, number, fields, start)
        if number == labour:
            texts["name"] = KNOWN
        made.append(await experts.add(ctx, texts))
    for number in range(COUNT, COUNT + FORMER):
        await experts.add(ctx, _made_up(chance, number, fields, date(year - 3, 1, 1)))
    known, rival = made[labour], made[labour + len(fields)]
    for officer_id in (await experts.accounts_of_nobody(ctx))[:1]:
        await experts.link(ctx, known, officer_id, 1)
    await sessions(ctx, table.get("sessions", 20), known, rival)


def _made_up(chance: random.Random, number: int, fields: list[str], start: date) -> dict[str, str]:
    main = fields[number % len(fields)]
    house, title = _TITLES.get(main, ("{}컨설팅", "전문위원"))
    more = chance.sample([f for f in fields if f != main], chance.choice((0, 0, 1)))
    name = chance.choice(_FAMILY) + chance.choice(_FIRST) + chance.choice(_SECOND)
    return {
        "name": name,
        "phone": f"010-0000-{number + 1:04d}",
        "email": f"expert{number + 1:03d}@example.com",
        "affiliation": house.format(chance.choice(_HOUSES)),
        "title": title,
        "fields": ",".join([main, *more]),
        "regions": _REGIONS[number % len(_REGIONS)],
        "capacity": str(2 + number % 4),
        "term_from": start.isoformat(),
        "term_to": (date(start.year + TERM, 1, 1) - timedelta(days=1)).isoformat(),
        "active": "1",
    }
