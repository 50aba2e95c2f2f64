"""Texts that a city writes: what the house brings is sound, and a wrong name in braces is told."""

from types import ModuleType
from typing import Any, cast

import msgspec
import pytest

from sinmungo.bookings import message_texts as bookings
from sinmungo.cases import message_texts as cases
from sinmungo.experts import message_texts as experts
from sinmungo.host.context import Ctx
from sinmungo.host.setting_checks import problems
from sinmungo.host.setting_fields import fields_of
from sinmungo.surveys import questions as surveys

NOBODY = cast("Ctx", None)
TEXTS: list[tuple[ModuleType, type[msgspec.Struct]]] = [
    (cases, cases.Texts),
    (bookings, bookings.Texts),
    (experts, experts.Texts),
    (surveys, surveys.Survey),
]


@pytest.mark.parametrize(("home", "kind"), TEXTS, ids=lambda x: x.__name__)
async def test_own_words_are_sound_and_a_wrong_name_is_told(home: Any, kind: Any):
    usual = kind()
    assert await home.check(NOBODY, usual) == {}
    for spec in fields_of(kind):
        assert problems(spec, spec.default) == {}, spec.name
        if spec.kind in {"line", "text"}:
            wrong = msgspec.structs.replace(usual, **{spec.name: "{비밀번호} {접수번호}"})
            told = (await home.check(NOBODY, wrong))[spec.name]
            assert "{비밀번호}" in told
            assert "{기관}" in told


async def test_what_may_not_be_missing():
    quiet = bookings.Texts(booked_body="와 주세요.")
    assert "{예약번호}" in (await bookings.check(NOBODY, quiet))["booked_body"]
    none = [msgspec.structs.replace(item, asked=False) for item in surveys.Survey().items]
    assert "하나는" in (await surveys.check(NOBODY, surveys.Survey(items=none)))["items"]
    other = [surveys.Item("OTHER", "다른 것")]
    assert "더하거나" in (await surveys.check(NOBODY, surveys.Survey(items=other)))["items"]
