"""The mails in further languages: their words are the city's, one settings group per language.

Nothing tells which language a company reads, so Korean always comes first and a language that is
on follows below it. A language is on only with all its texts, so no mail is half translated.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any

import msgspec

from sinmungo.cases import labels as words
from sinmungo.cases.message_texts import (
    DUE,
    KNOWN,
    NUMBER,
    PREFIX,
    RESULT,
    Texts,
    fill,
    texts_of,
    unknown_names,
)
from sinmungo.host.city_settings import get_settings, settings_of
from sinmungo.host.context import Ctx
from sinmungo.host.setting_fields import about, fields_of
from sinmungo.host.types import Sample, SettingsGroup
from sinmungo.text.dates import date_ko

LANGUAGES = {"en": "영어", "zh": "중국어", "vi": "베트남어"}
_LONGER = 2
"""How many times as long as in Korean a text may be."""
_CALL = "For questions, please call the officer named below."
_ENGLISH = {
    "registered_subject": "Your request has been received",
    "registered_line": "Your request is registered as {접수번호}. We will answer by {처리예정일}.",
    "registered_end": _CALL,
    "answered_subject": "The answer to your request ({결과})",
    "answered_body": (
        "The result of {접수번호}: {결과}\n"
        "Please see the details where you follow your request, or ask the officer named below."
    ),
    "answered_end": _CALL,
    "refused_end": "If you disagree, you may file an objection within 60 days of this notice.",
    "proposal_subject": "There is a reply to what we proposed for you",
    "proposal_body": (
        "The agency replied to what we proposed because of {접수번호}.\n"
        "Please see the details where you follow your request, or ask the officer named below."
    ),
}
_RESULTS = {
    "ACCEPTED_ON_SITE": "accepted on site",
    "ACCEPTED": "accepted",
    "PARTIALLY_ACCEPTED": "partly accepted",
    "NOT_ACCEPTED": "not accepted",
    "LONG_TERM_REVIEW": "under long-term review",
    "SYSTEM_CHANGE_PROPOSED": "a change of rules is proposed",
    "INFO_PROVIDED": "information given",
    "ALREADY_DONE": "already done",
    "TRANSFERRED": "passed on to another agency",
    "WITHDRAWN": "withdrawn",
}
_HOUSE: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {"en": (_ENGLISH, _RESULTS)}


class Result(msgspec.Struct, frozen=True):
    """A disposition in another language."""

    code: Annotated[str, about("코드", fixed=True)] = ""
    usual: Annotated[str, about("처리구분", fixed=True)] = ""
    label: Annotated[str, about("이 언어로", max_length=60)] = ""


class Wording(msgspec.Struct, frozen=True):
    """The words of one language: texts, what a disposition is called, how a day is written."""

    texts: Texts
    results: Mapping[str, str]
    day: Callable[[date], str]


def _results(language: str) -> list[Result]:
    own = _HOUSE.get(language, ({}, {}))[1]
    return [Result(code, usual, own.get(code, "")) for code, usual in words.DISPOSITION.items()]


def _translated(language: str) -> type[msgspec.Struct]:
    """Return the Struct of a language: a switch, and each text of the Korean ones."""
    house = _HOUSE.get(language, ({}, {}))[0]
    fields: list[Any] = [
        ("on", Annotated[bool, about("한국어 아래에 이 언어로도 적어 보냅니다")], False)
    ]
    for spec in fields_of(Texts):
        longest = spec.longest * _LONGER
        told = about(spec.title, spec.help, long=spec.kind == "text", max_length=longest)
        fields.append((spec.name, Annotated[str, told], house.get(spec.name, "")))
    listed = about("처리구분을 부르는 말", "{결과}에 들어갑니다.", fixed=True)
    made = msgspec.field(default_factory=partial(_results, language))
    fields.append(("results", Annotated[list[Result], listed], made))
    return msgspec.defstruct(f"Texts_{language}", fields, frozen=True, module=__name__)


_KINDS = {language: _translated(language) for language in LANGUAGES}


async def wordings(ctx: Ctx) -> list[Wording]:
    """Return the words of each language that the city writes in, Korean first."""
    keys = {f"{PREFIX}.{language}.on": False for language in LANGUAGES}
    switched = await get_settings(ctx, keys)
    korean = Wording(await texts_of(ctx), words.DISPOSITION, date_ko)
    on = [language for language in LANGUAGES if switched[f"{PREFIX}.{language}.on"] is True]
    return [korean, *[await _wording(ctx, language) for language in on]]


async def _wording(ctx: Ctx, language: str) -> Wording:
    return _worded(await settings_of(ctx, f"{PREFIX}.{language}", _KINDS[language]))


def _worded(found: Any) -> Wording:
    texts = Texts(**{name: getattr(found, name) for name in Texts.__struct_fields__})
    own = {r.code: r.label for r in found.results if r.label}
    return Wording(texts, {**words.DISPOSITION, **own}, date.isoformat)


async def _check(_: Ctx, new: Any) -> Mapping[str, str]:
    """Name unknown placeholders, and what is missing of a language that is switched on."""
    names = Texts.__struct_fields__
    errors = unknown_names(new, {name: KNOWN.get(name, ()) for name in names})
    if not new.on:
        return errors
    told = "이 언어를 켜려면 모두 적어 주세요. 반만 옮긴 메일은 보내지 않습니다."
    errors |= {name: told for name in names if not getattr(new, name)}
    if "registered_line" not in errors and f"{{{NUMBER}}}" not in new.registered_line:
        errors["registered_line"] = f"{{{NUMBER}}}는 꼭 있어야 합니다."
    empty = [n for n, line in enumerate(new.results) if not line.label]
    return errors | {f"results-{n}-label": told for n in empty}


async def _samples(ctx: Ctx, new: Any) -> Sequence[Sample]:
    """Return the mails as they would be read, with made-up values."""
    if not new.on:
        return (Sample("보내는 메일", "한국어로만 보냅니다."),)
    day, own = date(2026, 11, 19), _worded(new)
    said = []
    for w in (Wording(await texts_of(ctx), words.DISPOSITION, date_ko), own):
        values = {NUMBER: "SOS-2026-000123", DUE: w.day(day)}
        values[RESULT] = w.results["PARTIALLY_ACCEPTED"]
        t = w.texts
        said.append([fill(ctx, x, values) for x in (t.answered_body, t.refused_end)])
        said[-1].insert(0, fill(ctx, t.registered_line, values))
    received = "\n\n".join(lines[0] for lines in said)
    answered = "\n\n".join("\n".join(lines[1:]) for lines in said)
    return Sample("접수 알림", received), Sample("불수용·일부수용 답변 알림", answered)


def _group(language: str, title: str) -> SettingsGroup:
    return SettingsGroup(
        f"cases-messages-{language}",
        f"알림 글: {title}",
        _KINDS[language],
        f"{PREFIX}.{language}",
        "접수·처리",
        "켜면 기업에 보내는 메일에서 한국어 글 아래에 이 언어의 글이 이어집니다.",
        order=141,
        check=_check,
        preview=_samples,
        tab_of="cases-messages",
        tab=title,
    )


GROUPS = tuple(_group(language, title) for language, title in LANGUAGES.items())
