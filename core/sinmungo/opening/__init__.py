"""개통 점검: what a new city lacks before companies may come in, and the act of opening it."""

from pathlib import Path

from sinmungo.host.types import Job, MenuItem, Permission, Slice
from sinmungo.opening.api import OpeningApi
from sinmungo.opening.checks import CHECKS
from sinmungo.opening.events import EVENTS
from sinmungo.opening.mail_test import MAIL_JOB, send_test_mail
from sinmungo.opening.pages import OpeningController
from sinmungo.opening.permissions import MANAGE

SLICE = Slice(
    slug="opening",
    title="개통 점검",
    permissions=(Permission(MANAGE, "개통 점검과 개통", ("TENANT_ADMIN",)),),
    menu=(MenuItem("개통 점검", "/admin/opening", MANAGE, "관리", 5, face="admin"),),
    events=EVENTS,
    jobs=(Job(MAIL_JOB, send_test_mail),),
    admin=(OpeningController,),
    api=(OpeningApi,),
    checks=CHECKS,
    templates=Path(__file__).parent / "templates",
)
