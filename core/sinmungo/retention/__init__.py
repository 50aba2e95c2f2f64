"""보존과 파기: persons and texts go when their time is over, counts stay, and a proof is kept.

What goes, and after how long, each slice and plugin says itself (`Slice.retention`). The styles of
masks are here too: both are about persons whom the city keeps on record.
"""

from pathlib import Path

from sinmungo.host.types import MenuItem, Slice
from sinmungo.retention.api import RetentionApi
from sinmungo.retention.events import EVENTS
from sinmungo.retention.jobs import JOBS
from sinmungo.retention.logs import RETENTION
from sinmungo.retention.masks import MASKS_GROUP
from sinmungo.retention.pages import ROOT, RetentionPages
from sinmungo.retention.pages_file import ProofFilePages
from sinmungo.retention.periods import PERIODS_GROUP
from sinmungo.retention.permissions import MANAGE, PERMISSIONS

SLICE = Slice(
    slug="retention",
    title="보존과 파기",
    permissions=PERMISSIONS,
    menu=(MenuItem("보존과 파기", ROOT, MANAGE, "관리", 70, face="admin"),),
    events=EVENTS,
    jobs=JOBS,
    admin=(RetentionPages, ProofFilePages),
    api=(RetentionApi,),
    templates=Path(__file__).parent / "templates",
    settings=(PERIODS_GROUP, MASKS_GROUP),
    copied_settings=("retention", "masks"),
    retention=RETENTION,
)
