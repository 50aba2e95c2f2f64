"""procrastinate's schema as the pinned version ships it.

Revision ID: 0001
Revises:
"""

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The only way in from the control door: one waiting job per city, however often it is asked for.
WAKE = """
CREATE FUNCTION wake(tenant text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
        'wake', 'sinmungo.wake', 0, NULL, 'wake-' || tenant,
        jsonb_build_object('tenant_id', tenant), NULL
    )::procrastinate_job_to_defer_v1]);
EXCEPTION WHEN unique_violation THEN
    NULL;
END;
$$
"""


def upgrade() -> None:
    op.execute(text(SchemaManager.get_schema().replace(":", "\\:")))
    op.execute(text(WAKE.replace(":", "\\:")))
