"""What happens to units, officers and their rights. Names and logins stay out of the payloads."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec

from sinmungo.host.types import Event

UNIT = "org_unit"
OFFICER = "officer"
OF_TOKEN = "api_token"  # noqa: S105 - a kind of record
RIGHTS = "role_rights"
RIGHTS_SUBJECT = UUID("0193a5c0-0000-7000-8000-5e7716953202")  # the one table of a city's rights


class UnitAdded(Event, frozen=True, kw_only=True):
    """A department, bureau or team began."""

    kind: ClassVar[str] = "people.unit_added"
    title: ClassVar[str] = "부서 신설"
    unit_id: UUID
    parent_id: UUID | None
    valid_from: date


class UnitChanged(Event, frozen=True, kw_only=True):
    """The unit's telephone number changed."""

    kind: ClassVar[str] = "people.unit_changed"
    title: ClassVar[str] = "부서 정보 고침"
    unit_id: UUID


class UnitRenamed(Event, frozen=True, kw_only=True):
    """The unit has another name from a day on; its id stays."""

    kind: ClassVar[str] = "people.unit_renamed"
    title: ClassVar[str] = "부서 이름 바꿈"
    unit_id: UUID
    valid_from: date


class UnitClosed(Event, frozen=True, kw_only=True):
    """The unit ends on a day; a successor takes its posts and its records."""

    kind: ClassVar[str] = "people.unit_closed"
    title: ClassVar[str] = "부서 닫음"
    unit_id: UUID
    successor_id: UUID | None
    valid_to: date
    moved_posts: int


class UnitReopened(Event, frozen=True, kw_only=True):
    """The end of the unit is taken back; posts that it had moved come back with it."""

    kind: ClassVar[str] = "people.unit_reopened"
    title: ClassVar[str] = "부서 닫기 되돌림"
    unit_id: UUID
    returned_posts: int


class OfficerEvent(Event, frozen=True, kw_only=True):
    """Base of what happens to one officer."""

    officer_id: UUID


class OfficerAdded(OfficerEvent, frozen=True, kw_only=True):
    """Someone got an account and a post; a guest has none."""

    kind: ClassVar[str] = "people.officer_added"
    title: ClassVar[str] = "직원 등록"
    unit_id: UUID | None


class OfficerChanged(OfficerEvent, frozen=True, kw_only=True):
    """Name, mail or telephone changed; `fields` names which."""

    kind: ClassVar[str] = "people.officer_changed"
    title: ClassVar[str] = "직원 정보 고침"
    fields: list[str]


class OfficerMoved(OfficerEvent, frozen=True, kw_only=True):
    """A new post from a day on."""

    kind: ClassVar[str] = "people.officer_moved"
    title: ClassVar[str] = "부서 이동"
    unit_id: UUID
    valid_from: date


class RoleGranted(OfficerEvent, frozen=True, kw_only=True):
    """A role was given."""

    kind: ClassVar[str] = "people.role_granted"
    title: ClassVar[str] = "역할 부여"
    role: str


class RoleRevoked(OfficerEvent, frozen=True, kw_only=True):
    """A role was taken."""

    kind: ClassVar[str] = "people.role_revoked"
    title: ClassVar[str] = "역할 회수"
    role: str


class RightChange(msgspec.Struct, frozen=True):
    """A permission that a role has now, or has no more."""

    role: str
    permission: str
    old: bool
    new: bool


class RoleRightsChanged(Event, frozen=True, kw_only=True):
    """What roles may do in this city was changed in one act."""

    kind: ClassVar[str] = "people.role_rights_changed"
    title: ClassVar[str] = "역할의 권한 바꿈"
    changes: list[RightChange]


class OfficerDisabled(OfficerEvent, frozen=True, kw_only=True):
    """The account works no more, at once."""

    kind: ClassVar[str] = "people.officer_disabled"
    title: ClassVar[str] = "계정 사용 중지"


class OfficerEnabled(OfficerEvent, frozen=True, kw_only=True):
    """The account works again."""

    kind: ClassVar[str] = "people.officer_enabled"
    title: ClassVar[str] = "계정 사용 재개"


class OfficerUnlocked(OfficerEvent, frozen=True, kw_only=True):
    """The lock after wrong passwords was lifted early."""

    kind: ClassVar[str] = "people.officer_unlocked"
    title: ClassVar[str] = "계정 잠금 해제"


class PasswordReset(OfficerEvent, frozen=True, kw_only=True):
    """An admin gave a one-time password."""

    kind: ClassVar[str] = "people.password_reset"
    title: ClassVar[str] = "임시 비밀번호 발급"


class PasswordChanged(OfficerEvent, frozen=True, kw_only=True):
    """The officer chose a new password."""

    kind: ClassVar[str] = "people.password_changed"
    title: ClassVar[str] = "비밀번호 변경"


class SessionsRevoked(OfficerEvent, frozen=True, kw_only=True):
    """Signed out everywhere."""

    kind: ClassVar[str] = "people.sessions_revoked"
    title: ClassVar[str] = "모든 기기에서 로그아웃"


class RegionalGranted(OfficerEvent, frozen=True, kw_only=True):
    """An account of a regional team may look for some days; `valid_to` is the first without."""

    kind: ClassVar[str] = "people.regional_granted"
    title: ClassVar[str] = "지역팀 열람 허용"
    team_id: UUID
    valid_from: date
    valid_to: date


class RegionalEnded(OfficerEvent, frozen=True, kw_only=True):
    """The grant was ended before its last day."""

    kind: ClassVar[str] = "people.regional_ended"
    title: ClassVar[str] = "지역팀 열람 끝냄"


class OfficerInvited(OfficerEvent, frozen=True, kw_only=True):
    """A one-time link was made, by which the officer chooses a password."""

    kind: ClassVar[str] = "people.officer_invited"
    title: ClassVar[str] = "일회용 링크 발급"


class InvitationUsed(OfficerEvent, frozen=True, kw_only=True):
    """The officer came in by a one-time link and chose a password."""

    kind: ClassVar[str] = "people.invitation_used"
    title: ClassVar[str] = "일회용 링크로 비밀번호 정함"


class TokenMade(Event, frozen=True, kw_only=True):
    """A personal API token was made."""

    kind: ClassVar[str] = "people.token_made"
    title: ClassVar[str] = "API 토큰 발급"
    officer_id: UUID
    token_id: UUID


class TokenRevoked(Event, frozen=True, kw_only=True):
    """A personal API token was revoked."""

    kind: ClassVar[str] = "people.token_revoked"
    title: ClassVar[str] = "API 토큰 폐기"
    officer_id: UUID
    token_id: UUID


EVENTS: tuple[type[Event], ...] = (
    UnitAdded,
    UnitChanged,
    UnitRenamed,
    UnitClosed,
    UnitReopened,
    OfficerAdded,
    OfficerChanged,
    OfficerMoved,
    RoleGranted,
    RoleRevoked,
    RoleRightsChanged,
    OfficerDisabled,
    OfficerEnabled,
    OfficerUnlocked,
    PasswordReset,
    PasswordChanged,
    SessionsRevoked,
    RegionalGranted,
    RegionalEnded,
    OfficerInvited,
    InvitationUsed,
    TokenMade,
    TokenRevoked,
)
