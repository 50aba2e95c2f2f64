"""The screens of the slice by face, its lines in the menus, and its parts of other pages."""

from sinmungo.companies.admin_pages import PlacesPages
from sinmungo.companies.agency_pages import MembersPages
from sinmungo.companies.api import CompaniesApi, ContactsApi
from sinmungo.companies.duplicates_file import DuplicateFilePages, MergeFilePages
from sinmungo.companies.edit_pages import CompanyFormPages, CompanyStatePages, ContactPages
from sinmungo.companies.kept_api import ConsentsApi, FiguresApi, MembershipsApi
from sinmungo.companies.kept_pages import ConsentPages, FigurePages, MembershipPages
from sinmungo.companies.merge_api import MergesApi
from sinmungo.companies.merge_pages import DuplicatePages, MergePages
from sinmungo.companies.pages import CompanyListPages, CompanyPages
from sinmungo.companies.permissions import READ, SETTINGS
from sinmungo.host.types import MenuItem, Panel

OFFICE = (
    CompanyListPages,
    DuplicatePages,
    DuplicateFilePages,
    MergeFilePages,
    MembersPages,
    CompanyPages,
    CompanyFormPages,
    CompanyStatePages,
    ContactPages,
    MembershipPages,
    FigurePages,
    ConsentPages,
    MergePages,
)
ADMIN = (PlacesPages,)
API = (CompaniesApi, ContactsApi, MembershipsApi, FiguresApi, ConsentsApi, MergesApi)
MENU = (
    MenuItem("업체", "/office/companies", READ, "업무", 30),
    MenuItem("동·산업단지, 동의", "/admin/companies", SETTINGS, "관리", 60, face="admin"),
)
_OF = "/office/companies/{id}"
PANELS = (
    Panel("COMPANY", "memberships", "가입 단체", f"{_OF}/memberships", READ, 60),
    Panel("COMPANY", "figures", "규모·매출 기록", f"{_OF}/figures", READ, 70),
    Panel("COMPANY", "consents", "동의", f"{_OF}/consents", READ, 80),
    Panel("AGENCY", "members", "회원 업체", "/office/companies/of-agency/{id}", READ, 10),
)
