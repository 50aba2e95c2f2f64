"""Registers and lists from Excel: read, matched by a person once, brought in line by line."""

from pathlib import Path

from sinmungo.host.types import MenuItem, Slice
from sinmungo.imports.api import ImportsApi
from sinmungo.imports.events import EVENTS
from sinmungo.imports.jobs import JOBS
from sinmungo.imports.pages import ImportListPages, ImportPages, LinkPages, TermPages
from sinmungo.imports.permissions import MANAGE, PERMISSIONS

SLICE = Slice(
    slug="imports",
    title="가져오기",
    permissions=PERMISSIONS,
    menu=(MenuItem("대장·명단 가져오기", "/admin/imports", MANAGE, "관리", 60, face="admin"),),
    events=EVENTS,
    jobs=JOBS,
    admin=(ImportListPages, ImportPages, LinkPages, TermPages),
    api=(ImportsApi,),
    templates=Path(__file__).parent / "templates",
)
