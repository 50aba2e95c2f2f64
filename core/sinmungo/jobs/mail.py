"""Mail to companies: over SMTP where the deployment has a server, else a file that can be opened.

A message names numbers, dates and whom to call, never what a difficulty is about (domain.md 2.4).
"""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from sinmungo import clock
from sinmungo.config import Settings
from sinmungo.host.context import Ctx

FOLDER = "mail"
_SECONDS = 10
_SUBMISSION_PORT = 587


class MailNotSentError(Exception):
    """What went wrong, by kind and SMTP code; a server's own words may quote the address."""


async def send(ctx: Ctx, to: str, subject: str, text: str) -> None:
    """Send one plain-text mail in the city's name.

    Raises MailNotSentError when the server does not take it; the outbox tries again. Without
    `smtp_host` the mail becomes `<data>/mail/<time>-<id>.eml`.
    """
    message = compose(ctx, to, subject, text)
    if not ctx.settings.smtp_host:
        _keep(ctx.settings, message)
        return
    await _deliver(ctx.settings, message)


def address(ctx: Ctx, path: str) -> str:
    """Return a path as an address at the city's main host, for a mail to name."""
    host = ctx.city.hosts[0] if ctx.city.hosts else f"{ctx.city.slug}.localhost"
    if ctx.settings.cookie_secure:
        return f"https://{host}{path}"
    return f"http://{host}:{ctx.settings.port}{path}"


def compose(ctx: Ctx, to: str, subject: str, text: str) -> EmailMessage:
    """Return the message; a header with a line break in it is refused with ValueError."""
    message = EmailMessage()
    sender = ctx.settings.smtp_from
    local, _, domain = sender.rpartition("@")
    message["From"] = Address(f"{ctx.city.name} {ctx.city.service_name}", local, domain)
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=domain or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


async def _deliver(settings: Settings, message: EmailMessage) -> None:
    import aiosmtplib  # only the worker sends

    try:
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=settings.smtp_password or None,
            start_tls=True if settings.smtp_port == _SUBMISSION_PORT else None,
            timeout=_SECONDS,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        kind, code = type(error).__name__, getattr(error, "code", None)
    else:
        return
    raise MailNotSentError(f"{kind} {code or ''}".strip())


def _keep(settings: Settings, message: EmailMessage) -> Path:
    folder = settings.data_path / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{clock.now():%Y%m%d-%H%M%S}-{clock.uuid7().hex[-8:]}.eml"
    file.write_bytes(message.as_bytes())
    return file
