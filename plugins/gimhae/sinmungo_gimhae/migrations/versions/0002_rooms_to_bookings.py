"""Rooms to bookings: core's slice `bookings` keeps them from now on.

The rows go over with their ids, so that their history stays theirs. A room that was closed gets
today's last day; a name that core has already is left to it. In a block, because core's tables are
looked at only where there is something to move.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOVE = """
do $$
begin
  if exists (select from gimhae_rooms) then
    insert into rooms (id, name, place, seats, equipment, service_ids, valid_from, valid_to,
                       created_at, row_version)
    select r.id, r.name, r.floor, r.seats, r.equipment, '{}', cast(r.created_at as date) - 1,
           case when r.active then null else current_date end, r.created_at, r.row_version
    from gimhae_rooms r
    where not exists (select from rooms o where o.name = r.name);
    insert into room_hours (room_id, weekday, opens, closes)
    select r.id, cast(d as integer), r.opens, r.closes
    from gimhae_rooms r
    join rooms o on o.id = r.id
    cross join regexp_split_to_table(r.open_days, '') as d;
  end if;
end $$
"""


def upgrade() -> None:
    op.execute(MOVE)
    op.drop_table("gimhae_rooms")
