"""Questions that a city asks by itself: what they accept, where they show, and what stays."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sinmungo import clock
from sinmungo.cases import service as cases
from sinmungo.cases.submission_types import Filing
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.errors import InvalidError, RefusedError, StaleError
from sinmungo.forms import definitions
from sinmungo.forms import queries as q
from sinmungo.forms import service as forms
from sinmungo.forms.models import form_values
from sinmungo.forms.types import Field, FieldIn
from sinmungo.forms.values import understand
from sinmungo.host.context import Ctx
from sinmungo.host.events import timeline
from sinmungo.testing.people import People
from sinmungo.text.errors import InputProblem
from sinmungo_tenants import read


def made(kind: str, **more: Any) -> Field:
    """A definition that lies in no table."""
    told: dict[str, Any] = {
        "id": clock.uuid7(),
        "record_kind": "CASE",
        "category": None,
        "code": "q1",
        "label": "질문",
        "help": "",
        "kind": kind,
        "unit": "",
        "choices": [],
        "required": False,
        "personal": False,
        "on_portal": True,
        "on_office": True,
        "position": 1,
        "valid_from": clock.today(),
        "valid_to": None,
        "row_version": 1,
    }
    return Field(**{**told, **more})


async def added(ctx: Ctx, label: str, **more: Any) -> Field:
    told = {"record_kind": "CASE", "label": label, "on_portal": True, **more}
    return await definitions.field(ctx, await definitions.add(ctx, FieldIn(**told)))


@pytest.mark.parametrize(
    ("kind", "typed", "value", "shown"),
    [
        ("SHORT", "  가\u00a0나 ", "가 나", "가 나"),
        ("LONG", "첫 줄\n둘째 줄", "첫 줄\n둘째 줄", "첫 줄\n둘째 줄"),
        ("NUMBER", "1,200", 1200, "1,200"),
        ("NUMBER", "12.5", 12.5, "12.5"),
        ("NUMBER", 3, 3, "3"),
        ("NUMBER", 2.5, 2.5, "2.5"),
        ("WON", "1억2천", 120_000_000, "120,000,000원"),
        ("DATE", "2026.3.2", "2026-03-02", "2026. 3. 2.(월)"),
        ("YESNO", "1", True, "예"),
        ("YESNO", False, False, "아니오"),
        ("ONE", "대기", "대기", "대기"),
        ("MANY", "수질,대기", ["대기", "수질"], "대기, 수질"),
        ("MANY", ["수질"], ["수질"], "수질"),
        ("SHORT", None, None, ""),
        ("MANY", [], None, ""),
    ],
)
def test_an_answer_is_understood_by_its_kind(kind: str, typed: Any, value: Any, shown: str):
    choices = ["대기", "수질"] if kind in definitions.CHOICE_KINDS else []
    found = understand(made(kind, choices=choices), typed)
    assert (found.value, found.shown) == (value, shown)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("SHORT", "가" * 201),
        ("LONG", "900101-1234568"),
        ("NUMBER", "여럿"),
        ("NUMBER", {"a": 1}),
        ("WON", "많이"),
        ("DATE", "2026-13-40"),
        ("YESNO", "아마"),
        ("ONE", "소음"),
        ("MANY", ["대기", "소음"]),
        ("MANY", [1]),
    ],
)
def test_what_is_no_answer_is_refused_without_repeating_it(kind: str, typed: Any):
    with pytest.raises(InputProblem) as caught:
        understand(made(kind, choices=["대기", "수질"]), typed)
    assert str(typed) not in caught.value.message


@given(st.decimals(-(10**11) + 1, 10**11 - 1, places=4, allow_nan=False))
def test_numbers_come_back_as_they_were_given(number: Decimal):
    field = made("NUMBER", unit="kW")
    once = understand(field, format(number, "f"))
    assert Decimal(str(once.value)) == number
    assert understand(field, once.value).value == once.value
    assert understand(field, once.shown).value == once.value


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["가", "나", "다", "라"]), unique=True))
def test_what_was_ticked_comes_back_in_the_citys_order(chosen: list[str]):
    field = made("MANY", choices=["가", "나", "다", "라"])
    assert understand(field, chosen).value == (sorted(chosen) or None)


def test_a_unit_of_letters_stands_apart():
    assert understand(made("NUMBER", unit="kW"), "50 kW").shown == "50 kW"
    assert understand(made("NUMBER", unit="명"), "50명").shown == "50명"


async def test_questions_go_by_category_face_and_day(ctx: Ctx):
    await added(ctx, "모두에게")
    await added(ctx, "환경만", category="ENVIRONMENT")
    await added(ctx, "담당자만", on_portal=False)
    await added(ctx, "나중에", valid_from="2099-01-01")
    await added(ctx, "지난", valid_from="2020-01-01", valid_to="2020-02-01")

    async def labels(face: Any, category: str | None) -> list[str]:
        return [f.label for f in await forms.questions(ctx, "CASE", face, category)]

    assert await labels("PORTAL", None) == ["모두에게"]
    assert await labels("PORTAL", "ENVIRONMENT") == ["모두에게", "환경만"]
    assert await labels("OFFICE", "FUNDS") == ["모두에게", "담당자만"]
    assert await forms.questions(ctx, "COMPANY", "OFFICE") == []


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"label": ""}, "label"),
    ({"record_kind": "NONE"}, "record_kind"),
    ({"kind": "FILE"}, "kind"),
    ({"kind": "ONE", "choices": ["하나"]}, "choices"),
    ({"kind": "ONE", "choices": ["가,나", "다"]}, "choices"),
    ({"category": "NOPE"}, "category"),
    ({"on_portal": False, "on_office": False}, "on_office"),
    ({"record_kind": "VISIT", "on_portal": True, "on_office": False}, "on_office"),
    ({"valid_from": "2026-05-01", "valid_to": "2026-04-01"}, "valid_to"),
    ({"code": "대문자"}, "code"),
)


async def test_a_definition_that_makes_no_sense_is_refused(ctx: Ctx):
    for wrong, field in WRONG:
        with pytest.raises(InvalidError) as caught:
            await added(ctx, **{"label": "질문", **wrong})
        assert caught.value.errors.keys() == {field}, wrong
    assert await definitions.fields(ctx, fresh=True) == []


async def test_codes_are_given_and_never_taken_twice(ctx: Ctx):
    first, second = await added(ctx, "하나"), await added(ctx, "둘")
    assert (first.code, second.code) == ("q1", "q2")
    with pytest.raises(InvalidError):
        await added(ctx, "셋", code="q1")
    assert (await added(ctx, "업체", record_kind="COMPANY", code="q1")).code == "q1"


async def test_sixty_are_enough(ctx: Ctx):
    for number in range(definitions.MAX_FIELDS):
        await added(ctx, f"질문 {number}")
    with pytest.raises(RefusedError):
        await added(ctx, "하나 더")


async def test_order_is_changed_within_a_group_and_told(ctx: Ctx):
    first, second = await added(ctx, "하나"), await added(ctx, "둘")
    await added(ctx, "환경", category="ENVIRONMENT")
    await definitions.move(ctx, second.id, second.row_version, up=True)
    asked = await forms.questions(ctx, "CASE", "OFFICE", "ENVIRONMENT")
    assert [f.label for f in asked] == ["둘", "하나", "환경"]
    assert await definitions.move(ctx, second.id, 2, up=True) == 2
    with pytest.raises(StaleError):
        await definitions.move(ctx, first.id, 1, up=True)
    kinds = [e.kind for e in await timeline(ctx, first.id)]
    assert kinds == ["forms.field_added", "forms.field_moved"]


async def test_a_change_is_told_with_old_and_new_and_guarded_by_its_version(ctx: Ctx):
    field = await added(ctx, "배출 시설")
    changed = FieldIn(record_kind="CASE", label="배출시설 종류", required=True, on_portal=True)
    assert await definitions.edit(ctx, field.id, changed, 1) == 2
    with pytest.raises(StaleError):
        await definitions.edit(ctx, field.id, changed, 1)
    told = (await timeline(ctx, field.id))[-1].payload["changes"]
    assert told == {"label": ["배출 시설", "배출시설 종류"], "required": ["아니오", "예"]}


async def registered(ctx: Ctx, extra: dict[str, Any] | None, **more: Any) -> UUID:
    row = IntakeRow(category="ENVIRONMENT", content="악취가 납니다.", extra=extra)
    intake = Intake(company_name="가람정밀", rows=[row], **more)
    return (await cases.register(ctx, intake))[0].id


async def test_a_case_keeps_the_wording_of_its_day(ctx: Ctx, people: People):
    await people.officer("INTAKE_OFFICER")
    field = await added(ctx, "시설", kind="ONE", choices=["대기", "수질"])
    case_id = await registered(ctx, {"q1": "대기"})
    await definitions.edit(
        ctx, field.id, FieldIn(label="배출시설", choices=["악취", "수질"]), field.row_version
    )
    await definitions.retire(ctx, field.id, 2)
    assert await forms.questions(ctx, "CASE", "OFFICE", "ENVIRONMENT") == []
    case = await cases.detail(ctx, case_id)
    assert case.extra == {"q1": "대기"}
    assert [(a.label, a.shown) for a in case.answers] == [("시설", "대기")]
    await definitions.resume(ctx, field.id, 3)
    assert len(await forms.questions(ctx, "CASE", "OFFICE", "ENVIRONMENT")) == 1


async def test_required_is_required_where_it_was_asked(ctx: Ctx, people: People):
    await people.officer("INTAKE_OFFICER")
    await added(ctx, "시설", required=True, category="ENVIRONMENT")
    with pytest.raises(InvalidError) as caught:
        await registered(ctx, {})
    assert caught.value.errors == {"extra-0-q1": "‘시설’에 답해 주세요."}
    with pytest.raises(InvalidError) as caught:
        await registered(ctx, {"q1": "가", "nope": "나"})
    assert list(caught.value.errors) == ["extra-0-nope"]
    assert (await cases.detail(ctx, await registered(ctx, None))).extra == {}


async def test_personal_answers_lie_sealed(ctx: Ctx, people: People):
    await people.officer("INTAKE_OFFICER")
    await added(ctx, "현장 책임자", personal=True)
    case_id = await registered(ctx, {"q1": "남궁민수"})
    stored = await ctx.db.all(q.OF_RECORD, record_id=case_id, record_kind="CASE")
    assert stored[0].content is None
    assert "남궁민수".encode() not in (stored[0].content_sealed or b"")
    assert (await cases.detail(ctx, case_id)).extra == {"q1": "남궁민수"}


async def test_answers_of_a_filing_go_to_its_case(ctx: Ctx, people: People):
    await people.officer("INTAKE_OFFICER")
    await added(ctx, "포털 질문", on_office=False)
    await added(ctx, "둘 다", required=True)
    filing = Filing(
        company_name="가람정밀",
        caller="한서윤",
        phone="010-2345-6789",
        content="악취가 납니다.",
        consent=True,
        extra={"q1": "포털 답", "q2": "처음 답"},
    )
    await cases.file(ctx, filing)
    waiting = (await cases.list_waiting(ctx))[0]
    assert (await cases.submission(ctx, waiting.id)).extra == {"q1": "포털 답", "q2": "처음 답"}
    case_id = await registered(ctx, {"q2": "고친 답"}, submission_id=waiting.id)
    assert (await cases.detail(ctx, case_id)).extra == {"q1": "포털 답", "q2": "고친 답"}


async def test_a_filing_tells_all_that_is_wrong_at_once(ctx: Ctx):
    await added(ctx, "꼭", required=True)
    with pytest.raises(InvalidError) as caught:
        await cases.file(ctx, Filing(content="가", consent=True, phone="010-2345-6789"))
    assert {"company_name", "caller", "extra-q1"} <= caught.value.errors.keys()


async def test_answers_of_a_case_are_mended_under_its_version(ctx: Ctx, people: People):
    await people.officer("INTAKE_OFFICER")
    await added(ctx, "하나")
    await added(ctx, "둘", kind="MANY", choices=["가", "나"])
    case_id = await registered(ctx, {"q1": "처음", "q2": ["가"]})
    done = await cases.change_extra(ctx, case_id, {"q2": []}, 1)
    assert done.row_version == 2
    assert (await cases.detail(ctx, case_id)).extra == {"q1": "처음"}
    with pytest.raises(StaleError):
        await cases.change_extra(ctx, case_id, {"q1": "늦음"}, 1)
    assert (await cases.change_extra(ctx, case_id, {"q1": "처음"}, 2)).row_version == 2
    told = (await cases.timeline(ctx, case_id))[-1]
    assert told.kind == "cases.extra_changed"


async def test_every_stored_answer_says_of_what_it_is(ctx: Ctx, people: People):
    """What is stored beside an answer: the version of the question, and who wrote it down."""
    await people.officer("INTAKE_OFFICER")
    field = await added(ctx, "하나")
    case_id = await registered(ctx, {"q1": "답"})
    found = await ctx.db.all(
        read(select(form_values.c.field_version).where(form_values.c.record_id == case_id), int)
    )
    assert found == [field.row_version]
