"""Departments, officers, posts and roles; how one signs in and what one may see."""

from pathlib import Path

from sinmungo.host.types import Job, MenuItem, Slice
from sinmungo.people.admin_pages import PeopleController, UnitsController
from sinmungo.people.api import MeApi, UnitsApi
from sinmungo.people.events import EVENTS
from sinmungo.people.invitation_pages import InvitationController, InviteApi, InviteController
from sinmungo.people.me_pages import MeController
from sinmungo.people.officer_pages import OfficersController
from sinmungo.people.officers_api import OfficersApi
from sinmungo.people.oidc_pages import OidcController, OidcSettingController
from sinmungo.people.oidc_setting import GROUP as SIGN_ON_GROUP
from sinmungo.people.opening_checks import CHECKS
from sinmungo.people.pages import SignInController
from sinmungo.people.permissions import DESK, MANAGE, PERMISSIONS, SELF
from sinmungo.people.regional_api import RegionalApi
from sinmungo.people.regional_pages import RegionalController
from sinmungo.people.rights_api import RightsApi
from sinmungo.people.rights_models import role_rights
from sinmungo.people.rights_pages import RolesController
from sinmungo.people.service import seed
from sinmungo.people.staff_file import StaffFileController
from sinmungo.people.units import NAME_JOB, show_name_of_today

SLICE = Slice(
    slug="people",
    title="부서·직원",
    permissions=PERMISSIONS,
    menu=(
        MenuItem("내 계정", "/office/people/me", SELF, "내 정보", 900),
        MenuItem("관리 화면", "/admin/people", MANAGE, "내 정보", 910),
        MenuItem("부서·직원", "/admin/people", MANAGE, "관리", 10, face="admin"),
        MenuItem("역할과 권한", "/admin/people/roles", MANAGE, "관리", 12, face="admin"),
        MenuItem("지역팀", "/admin/people/regional", MANAGE, "관리", 14, face="admin"),
        MenuItem("통합 로그인", "/admin/people/sign-on", MANAGE, "관리", 15, face="admin"),
        MenuItem("업무 화면으로", "/office/cases", DESK, "바로가기", 900, face="admin"),
    ),
    events=EVENTS,
    jobs=(Job(NAME_JOB, show_name_of_today),),
    office=(SignInController, InvitationController, OidcController, MeController),
    admin=(
        PeopleController,
        StaffFileController,
        UnitsController,
        OfficersController,
        RolesController,
        RegionalController,
        OidcSettingController,
        InviteController,
    ),
    api=(UnitsApi, OfficersApi, InviteApi, MeApi, RightsApi, RegionalApi),
    seed=seed,
    checks=CHECKS,
    settings=(SIGN_ON_GROUP,),
    copied=(role_rights,),
    templates=Path(__file__).parent / "templates",
)
