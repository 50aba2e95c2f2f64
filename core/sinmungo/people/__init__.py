"""Departments, officers, posts and roles; how one signs in and what one may see."""

from pathlib import Path

from sinmungo.host.types import MenuItem, Slice
from sinmungo.people.pages import SignInController
from sinmungo.people.permissions import MANAGE, PERMISSIONS
from sinmungo.people.service import seed

SLICE = Slice(
    slug="people",
    title="부서·직원",
    permissions=PERMISSIONS,
    menu=(MenuItem("부서·직원", "/admin/people", MANAGE, "관리", 10, face="admin"),),
    office=(SignInController,),
    seed=seed,
    templates=Path(__file__).parent / "templates",
)
