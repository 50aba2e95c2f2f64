"""Companies found while typing: name in any spelling, 초성, business number, telephone.

A name is kept as exact lexemes of its letter pairs, and of its 초성 pairs, in one GIN index, so a
part of a name costs the same as its beginning. Numbers are looked up by ranges and equalities, each
on its own index. A person's telephone is compared by keyed hash only.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from sinmungo.companies.models import companies, contacts
from sinmungo.companies.queries import HIT_COLUMNS, STANDS, CompanyHit
from sinmungo.host.context import Ctx
from sinmungo.text import phone
from sinmungo.text.normalise import clean, company_key, initials, is_initials
from sinmungo.text.search import grams, query_grams
from sinmungo_tenants import any_of, read
from sinmungo_tenants.statements import Read

_NUMBER = re.compile(r"[\d\s\-‐‑‒–—−./()+]*\d[\d\s\-‐‑‒–—−./()+]*", re.ASCII)
_MAX_QUERY = 100
_TAIL = 4
_LINE_START = 6  # fewer digits are an area code, which most companies of a city share
_AFTER_ALL = "\U0010ffff"

_c = companies.c
_KEY = bindparam("key", type_=Text())
_END = bindparam("end", type_=Text())
_HOLDS = _c.grams.op("@@")(cast(bindparam("lexemes", type_=Text()), TSQUERY))


def _begins(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(column >= _KEY, column <= _END)


def _best_first(rank: ColumnElement[Any]) -> tuple[Any, ...]:
    return rank, _c.state != "ACTIVE", func.length(_c.name_key), _c.name_key, _c.id


def _by_letters(column: ColumnElement[Any]) -> Read[CompanyHit]:
    rank = case(
        (column == _KEY, 0), (_begins(column), 1), (func.strpos(column, _KEY) > 0, 2), else_=3
    )
    return read(
        select(*HIT_COLUMNS)
        .where(_HOLDS, STANDS)
        .order_by(*_best_first(rank))
        .limit(bindparam("size")),
        CompanyHit,
    )


def _by_number() -> Read[CompanyHit]:
    line = bindparam("line", type_=Text())
    line_start = bindparam("line_start", type_=Text())
    tail = bindparam("tail", type_=Text())
    meant = func.coalesce(_c.merged_into, _c.id).label("id")
    found = union(
        select(meant).where(_begins(_c.business_no)),
        select(meant).where(_c.phone >= line_start, _c.phone <= _END),
        select(meant).where(_c.phone == line),
        select(meant).where(_c.phone_tail == tail),
        select(meant).where(_HOLDS),
        select(contacts.c.company_id).where(any_of(contacts.c.phone_hash, "hashes", LargeBinary())),
        select(contacts.c.company_id).where(any_of(contacts.c.phone_tail, "tails", LargeBinary())),
    )
    rank = case(
        (or_(_c.business_no == _KEY, _c.phone == line), 0),
        (or_(_begins(_c.business_no), _begins(_c.name_key)), 1),
        else_=2,
    )
    return read(
        select(*HIT_COLUMNS)
        .where(_c.id.in_(found))
        .order_by(*_best_first(rank))
        .limit(bindparam("size")),
        CompanyHit,
    )


BY_NAME = _by_letters(_c.name_key)
BY_INITIALS = _by_letters(_c.initials)
BY_NUMBER = _by_number()


def search_columns(name: str, others: Iterable[str] = ()) -> dict[str, Any]:
    """Return the search columns of a name: `name_key`, `initials`, `grams`.

    The last letter is a lexeme of its own, because no pair begins with it. `others` are names under
    which the company is found too.
    """
    lexemes = dict.fromkeys(part for each in (name, *others) for part in _lexemes(each))
    return {"name_key": company_key(name), "initials": initials(name), "grams": list(lexemes)}


def _lexemes(name: str) -> list[str]:
    key, first = company_key(name), initials(name)
    return [*grams(key), key[-1:], *_pairs(first), first[-1:]]


def looks_like_number(query: str) -> bool:
    """Whether a query is a business or telephone number (or a part of one), not a name."""
    return _NUMBER.fullmatch(unicodedata.normalize("NFKC", query).strip()) is not None


async def find(ctx: Ctx, query: str, limit: int = 10) -> list[CompanyHit]:
    """Return the companies that a query means, best first: whole, beginning, part.

    A query is a name or part of one in any spelling, its 초성, a business number or its beginning,
    a telephone (the company's or a contact's), or the last four digits of one.
    """
    typed = clean(query)[:_MAX_QUERY]
    if looks_like_number(typed):
        return await _find_number(ctx, typed, limit)
    if is_initials(typed):
        first = initials(typed)
        return await _find_letters(ctx, BY_INITIALS, first, _pairs(first), limit)
    key = company_key(typed)
    return await _find_letters(ctx, BY_NAME, key, query_grams(key), limit)


async def _find_letters(
    ctx: Ctx, statement: Read[CompanyHit], key: str, lexemes: list[str], limit: int
) -> list[CompanyHit]:
    if not key:
        return []
    return await ctx.db.all(
        statement, key=key, end=key + _AFTER_ALL, lexemes=_tsquery(lexemes), size=limit
    )


async def _find_number(ctx: Ctx, typed: str, limit: int) -> list[CompanyHit]:
    digits = "".join(char for char in unicodedata.normalize("NFKC", typed) if char.isdigit())
    line = _line(typed)
    is_tail = len(digits) == _TAIL
    return await ctx.db.all(
        BY_NUMBER,
        key=digits,
        end=digits + _AFTER_ALL,
        lexemes=_tsquery(query_grams(digits)),
        line=line,
        line_start=digits if len(digits) >= _LINE_START else None,
        tail=digits if is_tail else None,
        hashes=ctx.cipher.lookups(line, "phone") if line else [],
        tails=ctx.cipher.lookup_tails(digits) if is_tail else [],
        size=limit,
    )


def _line(typed: str) -> str | None:
    try:
        return phone.parse(typed)
    except phone.PhoneError:
        return None


def _pairs(letters: str) -> list[str]:
    return [letters[n : n + 2] for n in range(len(letters) - 1)] or [letters]


def _tsquery(lexemes: list[str]) -> str:
    """Return `'한빛' & '빛정'`; a lone letter finds every pair that begins with it."""
    return " & ".join(f"'{part}'" + (":*" if len(part) == 1 else "") for part in lexemes)
