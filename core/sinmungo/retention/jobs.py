"""What the worker does: the night's run, batches of a run, batches of masks."""

from sinmungo.host.types import Job
from sinmungo.retention.masks import JOB as MASKS_JOB
from sinmungo.retention.masks import again
from sinmungo.retention.service import NIGHT_JOB, RUN_JOB, night, run

JOBS = (Job(RUN_JOB, run), Job(NIGHT_JOB, night, nightly=True), Job(MASKS_JOB, again))
