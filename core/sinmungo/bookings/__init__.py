"""Consulting rooms: who sits in them when, and who booked which time. Switched on per city."""

from pathlib import Path

from sinmungo.bookings import pages
from sinmungo.bookings.api import API
from sinmungo.bookings.events import EVENTS
from sinmungo.bookings.jobs import JOBS
from sinmungo.bookings.message_texts import TEXTS_GROUP
from sinmungo.bookings.models import bookings, services
from sinmungo.bookings.opening_checks import CHECKS
from sinmungo.bookings.permissions import PERMISSIONS
from sinmungo.bookings.reports import REPORTS
from sinmungo.bookings.retention import RETENTION
from sinmungo.bookings.rules import RULES_GROUP
from sinmungo.bookings.seed import demo, seed
from sinmungo.host.types import MergeTable, Slice

SLICE = Slice(
    slug="bookings",
    title="상담실 예약",
    optional=True,
    permissions=PERMISSIONS,
    menu=pages.MENU,
    panels=pages.PANELS,
    events=EVENTS,
    jobs=JOBS,
    reports=REPORTS,
    portal=pages.PORTAL,
    office=pages.OFFICE,
    admin=pages.ADMIN,
    api=API,
    templates=Path(__file__).parent / "templates",
    seed=seed,
    demo=demo,
    merges=(MergeTable(bookings, "상담 예약", panel="bookings"),),
    copied=(services,),
    copied_settings=("bookings",),
    settings=(RULES_GROUP, TEXTS_GROUP),
    checks=CHECKS,
    retention=RETENTION,
)
