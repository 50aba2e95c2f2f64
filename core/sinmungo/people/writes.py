"""Statements that change people: units, officers, posts and roles."""

from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert

from sinmungo.people.models import officers, org_units, posts, role_grants, unit_names
from sinmungo_tenants import Write, insert_into, write

ADD_UNIT = insert_into(org_units)
ADD_UNIT_NAME = insert_into(unit_names)
END_UNIT_NAME = write(
    update(unit_names)
    .where(unit_names.c.unit_id == bindparam("b_unit"), unit_names.c.valid_to.is_(None))
    .values(valid_to=bindparam("valid_to"))
)
REPLACE_UNIT_NAME = write(
    update(unit_names)
    .where(unit_names.c.unit_id == bindparam("b_unit"), unit_names.c.valid_to.is_(None))
    .values(name=bindparam("name"))
)


def _unit_change(**values: Any) -> Write:
    """Return an update of one unit under its version."""
    return write(
        update(org_units)
        .where(
            org_units.c.id == bindparam("b_id"), org_units.c.row_version == bindparam("b_version")
        )
        .values(row_version=org_units.c.row_version + 1, **values)
    )


TOUCH_UNIT = _unit_change()
SET_UNIT_PHONE = _unit_change(phone=bindparam("phone"))
CLOSE_UNIT = _unit_change(valid_to=bindparam("valid_to"), successor_id=bindparam("successor_id"))
SHOW_UNIT_NAME = write(
    update(org_units).where(org_units.c.id == bindparam("b_id")).values(name=bindparam("name"))
)


def _add_officer() -> Write:
    values = {c.name: bindparam(c.name, type_=c.type) for c in officers.c}
    statement = insert(officers).values(values).on_conflict_do_nothing(index_elements=["login"])
    return Write(statement, frozenset(c.name for c in officers.c if c.nullable))


ADD_OFFICER = _add_officer()
ADD_POST = insert_into(posts)
END_POST = write(
    update(posts)
    .where(posts.c.id == bindparam("b_id"))
    .values(valid_to=bindparam("valid_to"), row_version=posts.c.row_version + 1)
)
MOVE_POST = write(
    update(posts)
    .where(posts.c.id == bindparam("b_id"))
    .values(unit_id=bindparam("unit_id"), row_version=posts.c.row_version + 1)
)
DROP_POST = write(delete(posts).where(posts.c.id == bindparam("id")))
ADD_ROLE = insert_into(role_grants)
REVOKE_ROLE = write(
    update(role_grants)
    .where(
        role_grants.c.officer_id == bindparam("b_officer"),
        role_grants.c.role == bindparam("b_role"),
        role_grants.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("revoked_at"), revoked_by=bindparam("revoked_by"))
)


FORGOTTEN: dict[str, Any] = {
    "principal": None,
    "rights_version": officers.c.rights_version + 1,
}


def _officer_change(**values: Any) -> Write:
    """Return an update of one officer under its version; rights are added up anew."""
    return write(
        update(officers)
        .where(officers.c.id == bindparam("b_id"), officers.c.row_version == bindparam("b_version"))
        .values(row_version=officers.c.row_version + 1, **FORGOTTEN, **values)
    )


TOUCH_OFFICER = _officer_change()
SET_OFFICER = _officer_change(
    **{
        name: bindparam(name, type_=officers.c[name].type)
        for name in (
            "name_sealed",
            "name_mask",
            "name_hash",
            "email_sealed",
            "email_mask",
            "email_hash",
            "phone",
        )
    }
)
SET_STATE = _officer_change(state=bindparam("state"))
UNLOCK = _officer_change(failed_count=0, locked_until=None)
SET_PASSWORD = _officer_change(
    password_hash=bindparam("password_hash"),
    must_change=bindparam("must_change"),
    failed_count=0,
    locked_until=None,
)
FORGET_PRINCIPAL = write(
    update(officers).where(officers.c.id == bindparam("b_id")).values(**FORGOTTEN)
)
FORGET_ALL_PRINCIPALS = write(update(officers).values(**FORGOTTEN))
