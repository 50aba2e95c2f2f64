"""Everything a plugin imports, and only that. Owns nothing; additive within a major version.

`requires_sdk` of a manifest is checked against `SDK_VERSION`.
"""

from sinmungo import clock
from sinmungo.cases.events import CaseAnswered, CaseAssigned, CaseClosed, CaseRegistered
from sinmungo.cases.queries import case_no_of
from sinmungo.cases.service import register as register_cases
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.companies.queries import CompanyBrief, CompanyHit, company_name_of
from sinmungo.companies.search import find as find_companies
from sinmungo.companies.service import add as add_company
from sinmungo.companies.service import company_brief, company_names, list_companies
from sinmungo.errors import (
    ForbiddenError,
    InvalidError,
    MissingError,
    RefusedError,
    SinmungoError,
    StaleError,
)
from sinmungo.host.access_log import note_access
from sinmungo.host.city_settings import get_settings, set_setting, settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.db import moment, new_metadata, pk, row_version, sealed, text
from sinmungo.host.events import emit, timeline
from sinmungo.host.hookspecs import hookimpl
from sinmungo.host.loader import SDK_VERSION
from sinmungo.host.personal import seal, unseal
from sinmungo.host.types import (
    Event,
    Hint,
    Identity,
    Job,
    Manifest,
    MenuItem,
    Panel,
    Permission,
    Slice,
)
from sinmungo.jobs.outbox import put
from sinmungo.people.service import Person, list_officers, list_units, people_by_id
from sinmungo.reporting.terms import Dataset, Dimension, Label, Measure, RowColumn
from sinmungo.text.dates import date_ko, datetime_ko, parse_date, parse_datetime
from sinmungo.text.errors import InputProblem
from sinmungo.text.guards import resident_number_at
from sinmungo.text.normalise import clean, clean_multiline, company_key
from sinmungo.text.phone import display as display_phone
from sinmungo.text.phone import parse as parse_phone
from sinmungo.web.access import needs, public
from sinmungo.web.cursors import decode_cursor, encode_cursor
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.forms import Form, Gather, echo, query_form, read_form
from sinmungo.web.idempotency import once
from sinmungo.web.render import page, see_other
from sinmungo.web.types import CtxDep, Req
from sinmungo_tenants import (
    Component,
    NotFoundError,
    Read,
    Write,
    any_of,
    insert_into,
    read,
    write,
)

__all__ = [
    "SDK_VERSION",
    "CaseAnswered",
    "CaseAssigned",
    "CaseClosed",
    "CaseRegistered",
    "CompanyBrief",
    "CompanyHit",
    "Component",
    "Ctx",
    "CtxDep",
    "Dataset",
    "Dimension",
    "Event",
    "ForbiddenError",
    "Form",
    "Gather",
    "Hint",
    "Identity",
    "InputProblem",
    "Intake",
    "IntakeRow",
    "InvalidError",
    "Job",
    "Label",
    "Manifest",
    "Measure",
    "MenuItem",
    "MissingError",
    "NotFoundError",
    "Panel",
    "Permission",
    "Person",
    "Read",
    "RefusedError",
    "Req",
    "RowColumn",
    "SinmungoError",
    "Slice",
    "StaleError",
    "Write",
    "add_company",
    "any_of",
    "case_no_of",
    "clean",
    "clean_multiline",
    "clock",
    "company_brief",
    "company_key",
    "company_name_of",
    "company_names",
    "date_ko",
    "datetime_ko",
    "decode_cursor",
    "display_phone",
    "echo",
    "emit",
    "encode_cursor",
    "find_companies",
    "get_settings",
    "hookimpl",
    "if_match",
    "insert_into",
    "list_companies",
    "list_officers",
    "list_units",
    "moment",
    "needs",
    "new_metadata",
    "note_access",
    "once",
    "page",
    "parse_date",
    "parse_datetime",
    "parse_phone",
    "people_by_id",
    "pk",
    "public",
    "put",
    "query_form",
    "read",
    "read_form",
    "register_cases",
    "resident_number_at",
    "row_version",
    "seal",
    "sealed",
    "see_other",
    "set_setting",
    "settings_of",
    "text",
    "timeline",
    "unseal",
    "with_etag",
    "write",
]
