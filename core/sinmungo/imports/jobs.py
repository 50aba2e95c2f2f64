"""What the worker does for imports: the next block, and destroying what is no longer needed."""

from sinmungo.host.types import Job
from sinmungo.imports import runs
from sinmungo.imports.upload import EXPIRE

JOBS = (
    Job(runs.RUN, runs.drive),
    Job(EXPIRE, runs.expire),
    Job(runs.FORGET, runs.forget),
)
