"""The persons to speak to at a company. Removing one destroys what was stored of the person.

Contacts are part of the company's record: a change asks for its row version and raises it.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from sinmungo import clock
from sinmungo.companies import kept_queries as kept
from sinmungo.companies import queries as q
from sinmungo.companies.events import ContactAdded, ContactChanged, ContactRemoved
from sinmungo.companies.record import FieldError, plain_text
from sinmungo.companies.service import touch
from sinmungo.errors import MissingError
from sinmungo.host.context import Ctx
from sinmungo.host.personal import seal, unseal
from sinmungo.text import phone
from sinmungo.web.forms import Gather

LABELS = {"name": "이름", "title": "직위", "phone": "연락처", "email": "전자우편"}
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")


class ContactValues(msgspec.Struct, frozen=True):
    """What is known of a contact, opened. `phone` is national digits."""

    name: str
    title: str | None = None
    phone: str | None = None
    email: str | None = None


class Contact(msgspec.Struct, frozen=True):
    """A contact of a company, opened."""

    id: UUID
    values: ContactValues


async def list_contacts(ctx: Ctx, company_id: UUID) -> list[Contact]:
    """Return the contacts of a company, oldest first."""
    rows = await ctx.db.all(q.CONTACTS, company_id=company_id)
    return [Contact(row.id, _opened(ctx, row)) for row in rows]


async def contact(ctx: Ctx, company_id: UUID, contact_id: UUID) -> Contact:
    """Return one contact; `MissingError` if the company has no such contact."""
    for found in await list_contacts(ctx, company_id):
        if found.id == contact_id:
            return found
    raise MissingError


async def add_contact(
    ctx: Ctx, company_id: UUID, texts: Mapping[str, str], row_version: int
) -> UUID:
    """Add a contact from `name`, `title`, `phone`, `email` and return its id."""
    values = _understand(texts)
    contact_id = clock.uuid7()
    await touch(ctx, company_id, row_version, ContactAdded(contact_id=contact_id))
    await ctx.db.run(
        q.ADD_CONTACT,
        id=contact_id,
        company_id=company_id,
        created_at=clock.now(),
        row_version=1,
        **_columns(ctx, values, contact_id),
    )
    return contact_id


async def edit_contact(
    ctx: Ctx, company_id: UUID, contact_id: UUID, texts: Mapping[str, str], row_version: int
) -> int:
    """Change the fields that `texts` names; return the company's new row version."""
    old = (await contact(ctx, company_id, contact_id)).values
    values = _understand({**as_texts(old), **texts})
    names = ContactValues.__struct_fields__
    fields = [f for f in names if getattr(old, f) != getattr(values, f)]
    if not fields:
        return row_version
    event = ContactChanged(contact_id=contact_id, fields=fields)
    await touch(ctx, company_id, row_version, event)
    await ctx.db.run(
        q.EDIT_CONTACT,
        b_id=contact_id,
        b_company_id=company_id,
        **_columns(ctx, values, contact_id),
    )
    return row_version + 1


async def remove_contact(ctx: Ctx, company_id: UUID, contact_id: UUID, row_version: int) -> int:
    """Remove a contact for good and end the person's consents; return the new row version."""
    await touch(ctx, company_id, row_version, ContactRemoved(contact_id=contact_id))
    if not await ctx.db.run(q.DROP_CONTACT, id=contact_id, company_id=company_id):
        raise MissingError
    await ctx.db.run(
        kept.WITHDRAW_OF_CONTACT,
        b_contact=contact_id,
        withdrawn_at=clock.now(),
        withdrawn_how="REMOVED",
    )
    return row_version + 1


def as_texts(values: ContactValues) -> dict[str, str]:
    """Return a contact as its form shows it."""
    shown = phone.display(values.phone) if values.phone else ""
    return {
        "name": values.name,
        "title": values.title or "",
        "phone": shown,
        "email": values.email or "",
    }


def _understand(texts: Mapping[str, str]) -> ContactValues:
    gather = Gather()
    found: dict[str, Any] = {}
    parsers = {"phone": phone.parse, "email": _email}
    for field in ContactValues.__struct_fields__:
        typed = texts.get(field, "").strip()
        parse = parsers.get(field, plain_text)
        found[field] = (gather.take(field, parse, typed, "") if typed else "") or None
    gather.need("name", found["name"], "이름을 적어 주세요.")
    gather.done()
    return ContactValues(**found)


def _email(text: str) -> str:
    plain = plain_text(text)
    if not _EMAIL.fullmatch(plain):
        raise FieldError("전자우편 주소를 알아볼 수 없습니다. 예: kim@example.com")
    return plain


def _columns(ctx: Ctx, values: ContactValues, contact_id: UUID) -> dict[str, Any]:
    return {
        "title": values.title,
        **seal(ctx, "name", values.name, "name", contact_id),
        **seal(ctx, "phone", values.phone, "phone", contact_id),
        **seal(ctx, "email", values.email, "email", contact_id),
    }


def _opened(ctx: Ctx, row: q.ContactRow) -> ContactValues:
    return ContactValues(
        name=unseal(ctx, "name", row.name_sealed, row.id),
        title=row.title,
        phone=unseal(ctx, "phone", row.phone_sealed, row.id) or None,
        email=unseal(ctx, "email", row.email_sealed, row.id) or None,
    )
