"""Reports: an engine that counts what slices and plugins declare in `terms`, and knows none."""

from pathlib import Path

from sinmungo.host.types import MenuItem, Slice
from sinmungo.reporting.api import ReportingApi
from sinmungo.reporting.pages import ReportingController
from sinmungo.reporting.permissions import PERMISSIONS, READ

SLICE = Slice(
    slug="reporting",
    title="보고",
    permissions=PERMISSIONS,
    menu=(MenuItem("처리현황", "/office/reporting", READ, "보고", 60),),
    office=(ReportingController,),
    api=(ReportingApi,),
    templates=Path(__file__).parent / "templates",
)
