"""The companies a city knows: one profile per city, found in any spelling of its name."""

from pathlib import Path

from sinmungo.companies.api import CompaniesApi, ContactsApi
from sinmungo.companies.demo import demo
from sinmungo.companies.edit_pages import CompanyFormPages, CompanyStatePages, ContactPages
from sinmungo.companies.events import EVENTS
from sinmungo.companies.pages import CompanyListPages, CompanyPages
from sinmungo.companies.permissions import PERMISSIONS, READ
from sinmungo.host.types import MenuItem, Slice

SLICE = Slice(
    slug="companies",
    title="업체",
    permissions=PERMISSIONS,
    menu=(MenuItem("업체", "/office/companies", READ, "업무", 30),),
    events=EVENTS,
    office=(CompanyListPages, CompanyPages, CompanyFormPages, CompanyStatePages, ContactPages),
    api=(CompaniesApi, ContactsApi),
    templates=Path(__file__).parent / "templates",
    demo=demo,
)
