"""Statements of imports: runs and their blocks, bad lines, keys, layouts, terms."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import LargeBinary, Text, Uuid, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo.cases.models import cases
from sinmungo.companies.models import companies
from sinmungo.imports.models import (
    case_external_refs,
    import_bad_lines,
    import_blocks,
    import_keys,
    import_layouts,
    import_runs,
    import_terms,
)
from sinmungo.people.models import officers
from sinmungo_tenants import any_of, insert_into, read, write
from sinmungo_tenants.statements import Write


class RunRow(msgspec.Struct):
    """A run as lists show it; `total` and the counts are lines."""

    id: UUID
    kind: str
    file_name: str
    state: str
    blocks: int
    next_block: int
    total: int
    added: int
    changed: int
    known: int
    skipped: int
    bad: int
    failure: str | None
    created_at: datetime
    created_by: UUID | None
    started_at: datetime | None
    finished_at: datetime | None
    row_version: int

    @property
    def done(self) -> int:
        """How many lines were dealt with."""
        return self.added + self.changed + self.known + self.skipped + self.bad


class BlockRow(msgspec.Struct):
    """A sealed block of lines of one sheet."""

    number: int
    sheet: int
    body: bytes


class BadRow(msgspec.Struct):
    """A line that was not taken, or a notice about one; `cells` are sealed."""

    id: UUID
    sheet: int
    line: int
    position: int | None
    reason: str
    message: str
    severity: str
    cells: bytes | None


class KeyRow(msgspec.Struct):
    """Which record a line of a register became."""

    key_hash: bytes
    body_hash: bytes
    subject_id: UUID


class TermRow(msgspec.Struct):
    """A word that a person matched."""

    id: UUID
    kind: str
    text_key: str
    label: str
    code: str
    row_version: int


class LayoutRow(msgspec.Struct):
    """The fields of a table's columns as a person saved them."""

    signature: bytes
    fields: list[str]


class CompanyRow(msgspec.Struct):
    """What tells one company from another of the same name."""

    id: UUID
    name_key: str
    business_no: str | None
    dong: str | None
    phone: str | None
    state: str


class StoredCompany(msgspec.Struct):
    """A company's fields that an import may fill in; the representative is sealed."""

    id: UUID
    name: str
    business_no: str | None
    representative_sealed: bytes | None
    phone: str | None
    address: str | None
    dong: str | None
    complex: str | None
    industry: str | None
    products: str | None
    size_class: str | None
    employees: int | None
    employees_foreign: int | None
    employees_on: date | None
    founded_on: date | None
    factory_registered: bool | None
    premises: str | None
    state: str
    row_version: int


class OfficerRow(msgspec.Struct):
    """An officer by the hash of the name."""

    id: UUID
    name_hash: bytes


class RefRow(msgspec.Struct):
    """A case by a number it had elsewhere."""

    case_id: UUID
    system: str
    number: str


_r = import_runs.c
_RUN_COLUMNS = tuple(_r[name] for name in RunRow.__struct_fields__)
_BY_ID = _r.id == bindparam("b_id")

ADD_RUN = insert_into(import_runs)
RUN = read(select(*_RUN_COLUMNS).where(_r.id == bindparam("id", type_=Uuid())), RunRow)
LOCKED_RUN = read(
    select(*_RUN_COLUMNS).where(_r.id == bindparam("id", type_=Uuid())).with_for_update(), RunRow
)
RUNS = read(
    select(*_RUN_COLUMNS)
    .where(_r.id < bindparam("before", type_=Uuid()))
    .order_by(_r.id.desc())
    .limit(bindparam("size")),
    RunRow,
)
RUNNING = read(select(_r.id).where(_r.state == "RUNNING").limit(1), UUID)
PLAN = read(select(_r.plan).where(_r.id == bindparam("id", type_=Uuid())), bytes)
_twin = import_runs.alias("twin")
TWIN = read(
    select(*(_twin.c[name] for name in RunRow.__struct_fields__))
    .join_from(
        import_runs,
        _twin,
        (_twin.c.sha256 == _r.sha256) & (_twin.c.kind == _r.kind) & (_twin.c.id != _r.id),
    )
    .where(_r.id == bindparam("id", type_=Uuid()), _twin.c.state == "DONE")
    .order_by(_twin.c.id.desc())
    .limit(1),
    RunRow,
)


def _change(*columns: str, versioned: bool) -> Write:
    wanted = [_BY_ID, _r.row_version == bindparam("b_version")] if versioned else [_BY_ID]
    values: dict[str, Any] = {name: bindparam(name, type_=_r[name].type) for name in columns}
    return write(
        update(import_runs).where(*wanted).values(**values, row_version=_r.row_version + 1)
    )


SAVE_PLAN = _change("plan", "state", "total", versioned=True)
START = _change("state", "started_at", "finished_at", "failure", versioned=True)
PUT_PLAN = _change("plan", versioned=False)
END = _change("state", "finished_at", "failure", versioned=False)
STEP = _change(
    *("next_block", "added", "changed", "known", "skipped", "bad", "state", "finished_at"),
    versioned=False,
)

ADD_BLOCK = insert_into(import_blocks)
BLOCK = read(
    select(import_blocks.c.number, import_blocks.c.sheet, import_blocks.c.body).where(
        import_blocks.c.run_id == bindparam("run_id", type_=Uuid()),
        import_blocks.c.number == bindparam("number"),
    ),
    BlockRow,
)
DROP_BLOCKS = write(
    delete(import_blocks).where(import_blocks.c.run_id == bindparam("run_id", type_=Uuid()))
)

_bad = import_bad_lines.c
ADD_BAD = insert_into(import_bad_lines)
BAD_LINES = read(
    select(*(_bad[name] for name in BadRow.__struct_fields__))
    .where(
        _bad.run_id == bindparam("run_id", type_=Uuid()),
        _bad.severity == bindparam("severity"),
        or_(
            _bad.sheet > bindparam("after_sheet"),
            (_bad.sheet == bindparam("after_sheet")) & (_bad.line > bindparam("after_line")),
        ),
    )
    .order_by(_bad.sheet, _bad.line, _bad.id)
    .limit(bindparam("size")),
    BadRow,
)
FORGET_CELLS = write(
    update(import_bad_lines)
    .where(_bad.run_id == bindparam("b_run_id", type_=Uuid()))
    .values(cells=None)
)

KEYS = read(
    select(import_keys.c.key_hash, import_keys.c.body_hash, import_keys.c.subject_id).where(
        import_keys.c.kind == bindparam("kind"),
        any_of(import_keys.c.key_hash, "hashes", LargeBinary()),
    ),
    KeyRow,
)
ADD_KEY = insert_into(import_keys)

LAYOUTS = read(
    select(import_layouts.c.signature, import_layouts.c.fields).where(
        import_layouts.c.kind == bindparam("kind"),
        any_of(import_layouts.c.signature, "signatures", LargeBinary()),
    ),
    LayoutRow,
)
_TERM_COLUMNS = tuple(import_terms.c[name] for name in TermRow.__struct_fields__)
TERMS = read(select(*_TERM_COLUMNS).order_by(import_terms.c.kind, import_terms.c.label), TermRow)
DROP_TERM = write(
    delete(import_terms).where(
        import_terms.c.id == bindparam("id", type_=Uuid()),
        import_terms.c.row_version == bindparam("row_version"),
    )
)


def _save_layout() -> Write:
    names = ("id", "kind", "signature", "fields", "saved_at", "saved_by")
    given = {n: bindparam(n, type_=import_layouts.c[n].type) for n in names}
    statement = insert(import_layouts).values(**given, row_version=1)
    return write(
        statement.on_conflict_do_update(
            index_elements=["kind", "signature"],
            set_={
                **{n: statement.excluded[n] for n in ("fields", "saved_at", "saved_by")},
                "row_version": import_layouts.c.row_version + 1,
            },
        )
    )


def _save_term() -> Write:
    names = ("id", "kind", "text_key", "label", "code", "saved_at", "saved_by")
    given = {n: bindparam(n, type_=import_terms.c[n].type) for n in names}
    statement = insert(import_terms).values(**given, row_version=1)
    return write(
        statement.on_conflict_do_update(
            index_elements=["kind", "text_key"],
            set_={
                **{n: statement.excluded[n] for n in ("label", "code", "saved_at", "saved_by")},
                "row_version": import_terms.c.row_version + 1,
            },
        )
    )


SAVE_LAYOUT = _save_layout()
SAVE_TERM = _save_term()

OWN_NUMBERS = read(select(cases.c.case_no).where(any_of(cases.c.case_no, "numbers", Text())), str)

_co = companies.c
COMPANIES = read(
    select(
        func.coalesce(_co.merged_into, _co.id).label("id"),
        *(_co[name] for name in CompanyRow.__struct_fields__ if name != "id"),
    )
    .where(or_(any_of(_co.business_no, "numbers", Text()), any_of(_co.name_key, "keys", Text())))
    .order_by(_co.created_at, _co.id),
    CompanyRow,
)
RECORDS = read(
    select(*(_co[name] for name in StoredCompany.__struct_fields__)).where(
        any_of(_co.id, "ids", Uuid())
    ),
    StoredCompany,
)
OFFICERS = read(
    select(officers.c.id, officers.c.name_hash).where(
        any_of(officers.c.name_hash, "hashes", LargeBinary())
    ),
    OfficerRow,
)

ADD_REF = insert_into(case_external_refs)
REFS = read(
    select(case_external_refs.c.case_id, case_external_refs.c.system, case_external_refs.c.number)
    .where(case_external_refs.c.number == bindparam("number"))
    .order_by(case_external_refs.c.case_id)
    .limit(50),
    RefRow,
)
COUNT_KEYS = read(select(func.count().label("n")).select_from(import_keys), int)
