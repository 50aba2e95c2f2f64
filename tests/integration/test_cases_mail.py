"""Messages leave after commit, over SMTP, and again when the server was not there."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import msgspec
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from structlog.testing import capture_logs

from sinmungo import clock
from sinmungo.app import Runtime
from sinmungo.cases import service
from sinmungo.cases.types import Intake, IntakeRow
from sinmungo.host.context import Work
from sinmungo.host.models import outbox
from sinmungo.jobs.worker import Worker
from sinmungo.people.service import list_units
from sinmungo.testing.people import People
from sinmungo.testing.web import Web
from sinmungo_tenants import Tenant, read

AT = datetime.fromisoformat("2026-11-02T10:00:00+09:00")
TO = "caller@example.com"


class Row(msgspec.Struct):
    kind: str
    state: str
    attempts: int
    last_error: str | None


_OUTBOX = read(
    select(outbox.c.kind, outbox.c.state, outbox.c.attempts, outbox.c.last_error).order_by(
        outbox.c.created_at, outbox.c.id
    ),
    Row,
)


class Inbox:
    """An SMTP server's memory; refuses the first `refuse` messages."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            self.refuse -= 1
            return f"451 try later {envelope.rcpt_tos[0]}"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Inbox()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    yield made, port
    controller.stop()


def worker(runtime: Runtime, **changes: Any) -> Worker:
    settings = msgspec.structs.replace(runtime.settings, **changes)
    w = runtime.work
    return Worker(Work(w.doors, w.keyring, w.host, w.wake, settings), runtime.registry)


async def rows(runtime: Runtime, city: Tenant) -> list[Row]:
    async with runtime.work.open(city) as ctx:
        return await ctx.db.all(_OUTBOX)


def intake(**changes: Any) -> Intake:
    row = IntakeRow(category="FUNDS", content="신규 설비 자금이 부족합니다")
    return Intake(company_name="가온정밀", email=TO, rows=[row, row], **changes)


async def test_written_and_undone_with_the_act(runtime: Runtime, city: Tenant):
    with pytest.raises(ZeroDivisionError):
        async with runtime.work.open(city) as ctx:
            await service.register(ctx, intake())
            raise ZeroDivisionError
    assert await rows(runtime, city) == []
    async with runtime.work.open(city) as ctx:
        await service.register(ctx, intake())
    assert [row.kind for row in await rows(runtime, city)] == ["cases.registered_mail"]
    async with runtime.work.open(city) as ctx:
        silent = msgspec.structs.replace(intake(), email=None)
        await service.register(ctx, silent)
    assert len(await rows(runtime, city)) == 1


async def test_delivered_over_smtp(
    web: Web, people: People, runtime: Runtime, city: Tenant, inbox: tuple[Inbox, int]
):
    box, port = inbox
    post = worker(runtime, smtp_host="127.0.0.1", smtp_port=port, smtp_from="sos@city.example")
    with clock.frozen(AT):
        officer = await people.officer("INTAKE_OFFICER", "LEAD_OFFICER", name="이보람")
        api = web.api(officer)
        body = msgspec.to_builtins(intake())
        made = (await api.post("/api/v1/cases", json=body)).json()["items"]
        assert await post.drain(city) == 1
        case = UUID(made[0]["id"])
        async with runtime.work.open(city) as ctx:
            unit = await people.unit()
            await service.assign(ctx, case, unit, officer.id, 1)
            await service.start_review(ctx, case, 2)
            await service.answer(ctx, case, "NOT_ACCEPTED", "NOT_NEEDED", "예산이 없습니다", 3)
        assert await post.drain(city) == 1
        assert await post.drain(city) == 0
    registered, answered = box.mails
    assert registered["To"] == TO
    assert registered["From"].addresses[0].addr_spec == "sos@city.example"
    text = registered.get_content()
    for number in ("TS-2026-000001", "TS-2026-000002"):
        assert f"접수번호 {number}으로 접수되었습니다. 처리예정일 2026. 11. 6.(금)" in text
    assert "[시험시 기업SOS]" in text
    assert "담당 기업지원과 이보람 주무관 02-0000-1000" in text
    assert "처리결과(불수용)" in answered["Subject"]
    assert "이의신청" in answered.get_content()
    for mail in box.mails:
        for secret in ("설비", "예산", "가온정밀"):
            assert secret not in mail.get_content() + mail["Subject"]
    assert {row.state for row in await rows(runtime, city)} == {"DONE"}


async def test_tried_again_when_refused(runtime: Runtime, city: Tenant, inbox: tuple[Inbox, int]):
    box, port = inbox
    post = worker(runtime, smtp_host="127.0.0.1", smtp_port=port)
    box.refuse = 1
    with clock.frozen(AT):
        async with runtime.work.open(city) as ctx:
            await service.register(ctx, intake())
        with capture_logs() as lines:
            assert await post.drain(city) == 0
        (row,) = await rows(runtime, city)
        assert (row.state, row.attempts, row.last_error) == ("PENDING", 1, "MailNotSentError")
        assert await post.drain(city) == 0
    assert any(line["event"] == "job.failed" for line in lines)
    assert TO not in repr(lines)
    with clock.frozen(AT + timedelta(minutes=6)):
        assert await post.drain(city) == 1
        assert await post.drain(city) == 0
    assert len(box.mails) == 1


async def test_without_a_server_the_mail_is_a_file(runtime: Runtime, city: Tenant, tmp_path: Any):
    post = worker(runtime, smtp_host="", data=str(tmp_path))
    async with runtime.work.open(city) as ctx:
        unit = (await list_units(ctx))[0]
        await service.register(ctx, intake(then="CLOSE", answer="안내", lead_unit_id=unit.id))
    assert await post.drain(city) == 2
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    mail = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert "처리결과(안내)" in mail["Subject"]
