"""Everything a plugin imports, and only that. Owns nothing; additive within a major version.

`requires_sdk` of a manifest is checked against `SDK_VERSION`.
"""

from sinmungo import clock
from sinmungo.agencies.queries import AgencyRow, agency_name_of
from sinmungo.agencies.service import agency_names, find_agencies, list_agencies
from sinmungo.agencies.service import get_or_add as get_or_add_agency
from sinmungo.bookings.service import add_service as add_consult_service
from sinmungo.bookings.service import list_services as consult_services
from sinmungo.cases.events import (
    CaseAnswered,
    CaseAssigned,
    CaseClosed,
    CaseRegistered,
    ProposalMade,
    ProposalReplied,
)
from sinmungo.cases.proposal_queries import ProposalRow
from sinmungo.cases.queries import case_facts, case_no_of
from sinmungo.cases.service import answer as answer_case
from sinmungo.cases.service import assign as assign_case
from sinmungo.cases.service import close as close_case
from sinmungo.cases.service import labels as case_labels
from sinmungo.cases.service import proposals_of, register_on_site
from sinmungo.cases.service import propose as propose_case
from sinmungo.cases.service import register as register_cases
from sinmungo.cases.service import start_review as review_case
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.cases.types import Labels as CaseLabels
from sinmungo.companies.kept_queries import HeadCount, is_member
from sinmungo.companies.memberships import join as join_association
from sinmungo.companies.queries import CompanyBrief, CompanyHit, company_name_of
from sinmungo.companies.search import find as find_companies
from sinmungo.companies.service import add as add_company
from sinmungo.companies.service import (
    company_brief,
    company_names,
    employees_on,
    list_companies,
    members_of,
)
from sinmungo.errors import (
    ForbiddenError,
    InvalidError,
    MissingError,
    RefusedError,
    SinmungoError,
    StaleError,
)
from sinmungo.experts import service as experts
from sinmungo.host.access_log import note_access, note_download
from sinmungo.host.city_settings import get_settings, set_setting, settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.db import moment, new_metadata, pk, row_version, sealed, text
from sinmungo.host.destroying import blank as blank_fields
from sinmungo.host.destroying import chosen as due_ids
from sinmungo.host.destroying import holds as holds_any
from sinmungo.host.events import emit, timeline
from sinmungo.host.hookspecs import hookimpl
from sinmungo.host.loader import SDK_VERSION
from sinmungo.host.personal import seal, unseal
from sinmungo.host.setting_fields import about
from sinmungo.host.types import (
    Check,
    Event,
    Finding,
    Hint,
    Identity,
    Job,
    Manifest,
    MenuItem,
    MenuSwitch,
    MergeTable,
    Panel,
    Permission,
    RetentionRule,
    Sample,
    SettingsGroup,
    Slice,
)
from sinmungo.jobs.outbox import put
from sinmungo.people.mail import has_address, mail_officer
from sinmungo.people.service import Person, list_officers, list_units, people_by_id
from sinmungo.reporting.terms import Dataset, Dimension, Label, Measure, RowColumn
from sinmungo.settings.banks import banks
from sinmungo.text.dates import date_ko, datetime_ko, parse_date, parse_datetime
from sinmungo.text.errors import InputProblem
from sinmungo.text.guards import resident_number_at
from sinmungo.text.money import ratio_pct
from sinmungo.text.normalise import clean, clean_multiline, company_key
from sinmungo.text.phone import display as display_phone
from sinmungo.text.phone import parse as parse_phone
from sinmungo.visits import service as visits
from sinmungo.web import charts
from sinmungo.web.access import heavy, needs, public
from sinmungo.web.cursors import decode_cursor, decode_place, encode_cursor
from sinmungo.web.etags import if_match, with_etag
from sinmungo.web.forms import Form, Gather, echo, query_form, read_form
from sinmungo.web.idempotency import once
from sinmungo.web.render import page, see_other
from sinmungo.web.sheets import Column as SheetColumn
from sinmungo.web.sheets import FileKind, Sheet, download, file_kind
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
    "AgencyRow",
    "CaseAnswered",
    "CaseAssigned",
    "CaseClosed",
    "CaseLabels",
    "CaseRegistered",
    "Check",
    "CompanyBrief",
    "CompanyHit",
    "Component",
    "Ctx",
    "CtxDep",
    "Dataset",
    "Dimension",
    "Event",
    "FileKind",
    "Finding",
    "ForbiddenError",
    "Form",
    "Gather",
    "HeadCount",
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
    "MenuSwitch",
    "MergeTable",
    "MissingError",
    "NotFoundError",
    "Panel",
    "Permission",
    "Person",
    "ProposalMade",
    "ProposalReplied",
    "ProposalRow",
    "Read",
    "RefusedError",
    "Req",
    "RetentionRule",
    "RowColumn",
    "Sample",
    "SettingsGroup",
    "Sheet",
    "SheetColumn",
    "SinmungoError",
    "Slice",
    "StaleError",
    "Write",
    "about",
    "add_company",
    "add_consult_service",
    "agency_name_of",
    "agency_names",
    "answer_case",
    "any_of",
    "assign_case",
    "banks",
    "blank_fields",
    "case_facts",
    "case_labels",
    "case_no_of",
    "charts",
    "clean",
    "clean_multiline",
    "clock",
    "close_case",
    "company_brief",
    "company_key",
    "company_name_of",
    "company_names",
    "consult_services",
    "date_ko",
    "datetime_ko",
    "decode_cursor",
    "decode_place",
    "display_phone",
    "download",
    "due_ids",
    "echo",
    "emit",
    "employees_on",
    "encode_cursor",
    "experts",
    "file_kind",
    "find_agencies",
    "find_companies",
    "get_or_add_agency",
    "get_settings",
    "has_address",
    "heavy",
    "holds_any",
    "hookimpl",
    "if_match",
    "insert_into",
    "is_member",
    "join_association",
    "list_agencies",
    "list_companies",
    "list_officers",
    "list_units",
    "mail_officer",
    "members_of",
    "moment",
    "needs",
    "new_metadata",
    "note_access",
    "note_download",
    "once",
    "page",
    "parse_date",
    "parse_datetime",
    "parse_phone",
    "people_by_id",
    "pk",
    "proposals_of",
    "propose_case",
    "public",
    "put",
    "query_form",
    "ratio_pct",
    "read",
    "read_form",
    "register_cases",
    "register_on_site",
    "resident_number_at",
    "review_case",
    "row_version",
    "seal",
    "sealed",
    "see_other",
    "set_setting",
    "settings_of",
    "text",
    "timeline",
    "unseal",
    "visits",
    "with_etag",
    "write",
]
