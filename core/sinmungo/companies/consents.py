"""What companies and their contacts agreed to, in which words, when and how (PIPA; domain.md 6).

Handling a petition needs no consent: it is a public task. A consent names the version of the text
that was in force on its day and keeps the text's hash, items and period, whatever the text becomes.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sinmungo import clock
from sinmungo.companies import kept_queries as kept
from sinmungo.companies.contacts import contact
from sinmungo.companies.events import ConsentGiven, ConsentWithdrawn
from sinmungo.companies.kept_queries import Consenting, ConsentRow, ConsentTextRow
from sinmungo.companies.record import past_day
from sinmungo.companies.service import touch
from sinmungo.errors import InvalidError, MissingError, RefusedError
from sinmungo.host.context import Ctx
from sinmungo.text import dates
from sinmungo.text.normalise import clean, clean_multiline
from sinmungo.web.forms import Form, Gather

PURPOSES = {
    "NEWSLETTER": "기업 소식 받기",
    "THIRD_PARTY": "전문가·유관기관에 제공",
    "MARKETING": "광고성 정보 받기",
}
GIVEN_HOW = {
    "PAPER": "서면",
    "VISIT": "방문",
    "PHONE": "전화",
    "EMAIL": "전자우편",
    "WEB": "누리집",
}
"""How a consent is given or withdrawn."""
HOW = {**GIVEN_HOW, "REMOVED": "담당자 삭제"}
"""The same, and what ends the consents of a contact who is removed."""
_MAX_BODY, _MAX_LINE = 4000, 300
_SEEDED_FROM = date(2020, 1, 1)
_FIRST_TEXTS = Path(__file__).with_name("consents.toml")


async def list_texts(ctx: Ctx) -> list[ConsentTextRow]:
    """Return every version of every text, the newest of a purpose first."""
    return await ctx.db.all(kept.CONSENT_TEXTS)


async def list_consents(ctx: Ctx, company_id: UUID) -> list[ConsentRow]:
    """Return the consents of a company, standing ones first."""
    return await ctx.db.all(kept.CONSENTS, company_id=company_id)


async def consent(ctx: Ctx, company_id: UUID, consent_id: UUID) -> ConsentRow:
    """Return one consent; `MissingError` if the company has no such one."""
    for found in await list_consents(ctx, company_id):
        if found.id == consent_id:
            return found
    raise MissingError


async def texts_in_force(ctx: Ctx, on: date | None = None) -> list[ConsentTextRow]:
    """Return the text of each purpose that is in force on a day (today)."""
    day = on or clock.today()
    found: dict[str, ConsentTextRow] = {}
    for text in await list_texts(ctx):
        if text.valid_from <= day:
            found.setdefault(text.purpose, text)
    return [found[purpose] for purpose in PURPOSES if purpose in found]


async def consenting(ctx: Ctx, purpose: str) -> list[Consenting]:
    """Return who agrees to a purpose now: companies, or single contacts of them."""
    return await ctx.db.all(kept.CONSENTING, purpose=purpose)


async def give(
    ctx: Ctx, company_id: UUID, texts: Mapping[str, str], row_version: int | None
) -> UUID:
    """Record a consent from `purpose`, `given_on`, `how` and `contact_id` (empty: the company).

    Returns its id. Raises `InvalidError`, `StaleError`, `MissingError`.
    """
    form = Form(texts)
    purpose, how, given_on = _understand(form)
    contact_id = form.uuid("contact_id")
    if contact_id is not None:
        await contact(ctx, company_id, contact_id)
    text = await ctx.db.first(kept.TEXT_ON, purpose=purpose, day=given_on)
    if text is None:
        raise InvalidError({"given_on": "그날 쓰던 동의 문구가 없습니다."})
    for standing in await list_consents(ctx, company_id):
        same = (standing.purpose, standing.contact_id) == (purpose, contact_id)
        if same and standing.withdrawn_at is None and standing.version == text.version:
            raise InvalidError({"purpose": "같은 동의가 이미 있습니다."})
    consent_id = clock.uuid7()
    event = ConsentGiven(consent_id=consent_id, purpose=purpose, text_version=text.version)
    await touch(ctx, company_id, row_version, event)
    await ctx.db.run(
        kept.ADD_CONSENT,
        id=consent_id,
        company_id=company_id,
        contact_id=contact_id,
        purpose=purpose,
        version=text.version,
        text_hash=text.text_hash,
        items=text.items,
        period=text.period,
        given_on=given_on,
        how=how,
        recorded_at=clock.now(),
        recorded_by=ctx.me.officer_id,
        row_version=1,
    )
    return consent_id


async def withdraw(
    ctx: Ctx, company_id: UUID, consent_id: UUID, how: str, row_version: int | None
) -> None:
    """End a consent; it stays as evidence. Raises `InvalidError`, `RefusedError` and the rest."""
    found = await consent(ctx, company_id, consent_id)
    if found.withdrawn_at is not None:
        raise RefusedError("이미 철회한 동의입니다.")
    if how not in GIVEN_HOW:
        raise InvalidError({"how": "철회한 방법을 골라 주세요."})
    event = ConsentWithdrawn(consent_id=consent_id, purpose=found.purpose)
    await touch(ctx, company_id, row_version, event)
    ended = {"withdrawn_at": clock.now(), "withdrawn_how": how}
    await ctx.db.run(kept.WITHDRAW, b_id=consent_id, b_company=company_id, **ended)


async def set_text(ctx: Ctx, purpose: str, texts: Mapping[str, str]) -> int:
    """Make the next version of a text from `body`, `items`, `period`, `valid_from` (today).

    Returns its number; the last one's when nothing differs. Raises `InvalidError`.
    """
    if purpose not in PURPOSES:
        raise MissingError
    body, items, period, valid_from = _understand_text(texts)
    last = next((t for t in await list_texts(ctx) if t.purpose == purpose), None)
    if last and (last.body, last.items, last.period) == (body, items, period):
        return last.version
    if last and valid_from <= last.valid_from:
        raise InvalidError({"valid_from": "지금 문구를 쓰기 시작한 날 뒤로 적어 주세요."})
    version = last.version + 1 if last else 1
    await _add_text(ctx, purpose, version, (body, items, period), valid_from)
    return version


async def seed(ctx: Ctx) -> None:
    """Give a new city the first version of each text."""
    known = {text.purpose for text in await list_texts(ctx)}
    for purpose, text in tomllib.loads(_FIRST_TEXTS.read_text("utf-8")).items():
        if purpose not in known:
            words = (text["body"].strip(), text["items"], text["period"])
            await _add_text(ctx, purpose, 1, words, _SEEDED_FROM)


def text_hash(body: str, items: str, period: str) -> str:
    """Return the SHA-256 of a text as it was shown, in hexadecimal digits."""
    return hashlib.sha256(f"{body}\n{items}\n{period}".encode()).hexdigest()


async def _add_text(
    ctx: Ctx, purpose: str, version: int, text: tuple[str, str, str], valid_from: date
) -> None:
    body, items, period = text
    await ctx.db.run(
        kept.ADD_TEXT,
        id=clock.uuid7(),
        purpose=purpose,
        version=version,
        body=body,
        items=items,
        period=period,
        text_hash=text_hash(body, items, period),
        valid_from=valid_from,
        created_at=clock.now(),
        created_by=ctx.me.officer_id,
    )


def _understand(form: Form) -> tuple[str, str, date]:
    gather = Gather()
    gather.need("purpose", form["purpose"] in PURPOSES, "무엇에 동의했는지 골라 주세요.")
    gather.need("how", form["how"] in GIVEN_HOW, "방법을 골라 주세요.")
    gather.need("given_on", form["given_on"], "동의한 날을 적어 주세요.")
    day: Any = clock.today()
    if form["given_on"]:
        day = gather.take("given_on", past_day, form["given_on"], day)
    gather.done()
    return form["purpose"], form["how"], day


def _understand_text(texts: Mapping[str, str]) -> tuple[str, str, str, date]:
    gather = Gather()
    body = clean_multiline(texts.get("body", ""))
    items, period = clean(texts.get("items", "")), clean(texts.get("period", ""))
    gather.need("body", 0 < len(body) <= _MAX_BODY, f"{_MAX_BODY:,}자까지로 적어 주세요.")
    gather.need("items", 0 < len(items) <= _MAX_LINE, f"{_MAX_LINE}자까지로 적어 주세요.")
    gather.need("period", 0 < len(period) <= _MAX_LINE, f"{_MAX_LINE}자까지로 적어 주세요.")
    typed = texts.get("valid_from", "").strip()
    today = clock.today()
    day = gather.take("valid_from", dates.parse_date, typed, today) if typed else today
    gather.done()
    return body, items, period, day
