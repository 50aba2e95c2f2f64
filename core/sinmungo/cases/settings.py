"""What a city sets about its cases, as groups of its settings page."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from sinmungo import clock
from sinmungo.cases import labels as words
from sinmungo.cases import (
    languages,
    message_texts,
    settings_approval,
    settings_categories,
    settings_channels,
    settings_holidays,
    settings_targets,
)
from sinmungo.cases import settings_queries as q
from sinmungo.cases.calendar import after_hours, city_calendar
from sinmungo.cases.reference import reference, touch, working_hours
from sinmungo.deadlines import WorkCalendar
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about
from sinmungo.host.types import Sample, SettingsGroup
from sinmungo.web.look import HOURS, REPORTS, Hours, Reports

SECTION = "접수·처리"


class Numbers(msgspec.Struct, frozen=True):
    """How a new case is numbered and classed."""

    number_prefix: Annotated[
        str,
        about(
            "접수번호 머리글자",
            "영문 대문자·숫자·한글 10자까지. 새로 접수하는 건부터 쓰고, 지난 번호는 그대로입니다.",
            pattern=r"^[A-Z0-9가-힣]{1,10}$",
            told="영문 대문자, 숫자, 한글로 10자까지 적어 주세요.",
        ),
    ] = "SOS"
    default_petition_type: Annotated[
        Literal[
            "NOT_PETITION",
            "HARDSHIP",
            "SUGGESTION",
            "INQUIRY_LAW",
            "INQUIRY_OTHER",
            "ETC",
            "STATUTORY",
        ],
        about(
            "접수할 때 먼저 골라 둘 민원 종류",
            "접수담당이 건마다 바꿀 수 있습니다.",
            choices=words.PETITION_TYPE,
        ),
    ] = "NOT_PETITION"


async def _number_samples(ctx: Ctx, new: Numbers) -> Sequence[Sample]:
    year = clock.today().year
    last = await ctx.db.first(q.LAST_NUMBER, year=year)
    return (Sample("다음 접수번호", f"{new.number_prefix}-{year}-{(last or 0) + 1:06d}"),)


async def _check_numbers(ctx: Ctx, new: Numbers) -> Mapping[str, str]:
    known = (await reference(ctx)).labels.petition_types
    if new.default_petition_type in known:
        return {}
    return {"default_petition_type": "처리 기간이 정해지지 않은 민원 종류입니다."}


async def _words_changed(ctx: Ctx, old: msgspec.Struct, new: msgspec.Struct) -> None:
    del old, new
    await touch(ctx)


async def _hours_changed(ctx: Ctx, old: Hours, new: Hours) -> None:
    del old, new
    await after_hours(ctx)


async def _hour_samples(ctx: Ctx, new: Hours) -> Sequence[Sample]:
    now = await city_calendar(ctx)
    calendar = WorkCalendar(working_hours(new), now.added, now.removed)
    moved = await settings_holidays.moved_sample(ctx, calendar)
    return Sample("기업 누리집", new.told), moved


GROUPS = (
    SettingsGroup(
        "cases",
        "접수번호와 민원 종류",
        Numbers,
        "cases",
        SECTION,
        "새로 접수하는 건의 번호와 처음 골라 둘 종류입니다.",
        order=100,
        check=_check_numbers,
        preview=_number_samples,
        apply=_words_changed,
    ),
    SettingsGroup(
        "cases-channels",
        "접수 경로",
        settings_channels.Channels,
        "cases",
        SECTION,
        "기업의 어려움을 받는 길을 켜고 끄고, 부르는 이름을 정합니다.",
        order=110,
        check=settings_channels.check,
        preview=settings_channels.samples,
        load=settings_channels.load,
        apply=settings_channels.save,
    ),
    SettingsGroup(
        "cases-categories",
        "분야",
        settings_categories.Categories,
        "cases",
        SECTION,
        "기업이 어려움을 낼 때 고르는 분야를 부르는 이름과 차례입니다.",
        order=115,
        check=settings_categories.check,
        preview=settings_categories.samples,
        load=settings_categories.load,
        apply=settings_categories.save,
    ),
    SettingsGroup(
        "cases-targets",
        "처리 기간",
        settings_targets.Targets,
        "cases",
        SECTION,
        "민원 종류마다 언제까지 답할지 정합니다.",
        order=120,
        check=settings_targets.check,
        preview=settings_targets.samples,
        load=settings_targets.load,
        apply=settings_targets.save,
    ),
    SettingsGroup(
        HOURS,
        "업무 시간",
        Hours,
        HOURS,
        SECTION,
        "시간으로 세는 기한에 쓰고 누리집에 보입니다. 바꾸면 진행 중인 건의 기한을 다시 셉니다.",
        order=130,
        preview=_hour_samples,
        apply=_hours_changed,
    ),
    SettingsGroup(
        "cases-holidays",
        "공휴일",
        settings_holidays.Holidays,
        "cases",
        SECTION,
        "임시공휴일과 근무일입니다. 바꾸면 진행 중인 건의 처리기한을 다시 셉니다.",
        order=132,
        check=settings_holidays.check,
        preview=settings_holidays.samples,
        load=settings_holidays.load,
        apply=settings_holidays.save,
    ),
    SettingsGroup(
        "cases-approval",
        "결재선",
        settings_approval.Approval,
        settings_approval.PREFIX,
        SECTION,
        "답변이 기업에 가기 전에 누가 결재하는지 정합니다. 이미 올린 답변은 그대로 갑니다.",
        order=135,
        check=settings_approval.check,
        preview=settings_approval.samples,
    ),
    SettingsGroup(
        "cases-messages",
        "알림 글",
        message_texts.Texts,
        message_texts.PREFIX,
        SECTION,
        "기업에 보내는 메일의 글입니다. 기관 이름과 담당자 연락처는 언제나 앞뒤에 붙습니다.",
        order=140,
        check=message_texts.check,
        preview=message_texts.samples,
        tab="한국어",
    ),
    *languages.GROUPS,
    SettingsGroup(
        REPORTS,
        "보고",
        Reports,
        REPORTS,
        "보고",
        "처리현황을 세는 법과 각주입니다.",
        order=400,
    ),
)
