"""The register of experts moves into core's tables, under the same ids.

A sealed value is bound to its column's name and its row's id, and both stay what they were: so the
ciphertexts are copied as they are and still open.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_USUAL_CAPACITY = 4


def upgrade() -> None:
    op.execute(
        "INSERT INTO advice_fields (code, label, position, active, row_version) "
        "SELECT code, label, position, active, row_version FROM daegu_fields "
        "ON CONFLICT (code) DO UPDATE SET label = excluded.label, "
        "position = excluded.position, active = excluded.active"
    )
    op.execute(
        "INSERT INTO experts (id, name_sealed, name_mask, name_hash, "
        "phone_sealed, phone_mask, phone_hash, phone_tail, email_sealed, email_mask, email_hash, "
        "affiliation, title, regions, capacity, term_from, term_to, active, created_at, "
        "row_version) "
        "SELECT id, name_sealed, name_mask, name_hash, "
        "phone_sealed, phone_mask, phone_hash, phone_tail, email_sealed, email_mask, email_hash, "
        f"affiliation, title, '{{}}'::text[], {_USUAL_CAPACITY}, term_from, term_to, active, "
        "created_at, row_version FROM daegu_experts"
    )
    op.execute(
        "INSERT INTO expert_fields (expert_id, field) "
        "SELECT expert_id, field FROM daegu_expert_fields"
    )
    op.drop_table("daegu_expert_fields")
    op.drop_table("daegu_experts")
    op.drop_table("daegu_fields")
