"""This machine: the data folder, the deployment key, room on the disk, the mail server."""

import os
import shutil
from collections.abc import Iterator

from sinmungo.config import Settings
from sinmungo.deploy.checkup.terms import Finding, bad, ok, warn
from sinmungo.sealed import DeploymentKey, KeyFormatError

_MEGABYTE = 1024 * 1024
LEAST_FREE = 500 * _MEGABYTE
LITTLE_FREE = 5 * 1024 * _MEGABYTE
MAIL_SECONDS = 3.0
SUBMISSION_PORT = 587
_OTHERS = 0o077


def data_folder(settings: Settings) -> Iterator[Finding]:
    """Tell whether the data folder is there and this account may write into it."""
    folder = settings.data_path
    if not folder.is_dir():
        yield bad(
            "folder",
            f"자료 폴더 {folder} 가 없습니다.",
            "SINMUNGO_DATA 를 맞는 폴더로 정하거나, 처음이면 sinmungo tenant apply 를 하세요.",
        )
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield bad(
            "folder",
            f"자료 폴더 {folder} 에 쓸 수 없습니다.",
            "이 계정이 주인이 되게 하세요: chown -R",
        )
    else:
        yield ok("folder", f"자료 폴더 {folder} 를 쓸 수 있습니다.")


def deployment_key(settings: Settings) -> Iterator[Finding]:
    """Tell whether the deployment key is there, whole, and closed to others."""
    file = settings.key_file
    try:
        DeploymentKey.load(file)
    except KeyFormatError:
        yield bad(
            "key",
            f"배포 열쇠 {file} 를 읽지 못했거나 열쇠가 아닙니다. "
            "사람 이름과 연락처를 열 수 없습니다.",
            "따로 보관한 열쇠를 되돌려 놓으세요. 새로 만들면 이미 있는 자료는 열리지 않습니다.",
        )
        return
    if file.stat().st_mode & _OTHERS:
        yield warn("key", f"배포 열쇠 {file} 를 다른 계정도 읽을 수 있습니다.", f"chmod 600 {file}")
    else:
        yield ok("key", "배포 열쇠가 있고 이 계정만 읽습니다.")


def disk_space(settings: Settings) -> Iterator[Finding]:
    """Tell whether there is room where the data folder lies."""
    folder = settings.data_path
    free = shutil.disk_usage(folder if folder.is_dir() else folder.anchor).free
    told = f"자료 폴더가 있는 디스크에 {free // _MEGABYTE:,} MB 남았습니다."
    remedy = "보관 파일을 다른 곳으로 옮기거나 디스크를 늘리세요."
    if free < LEAST_FREE:
        yield bad("disk", told, remedy)
    elif free < LITTLE_FREE:
        yield warn("disk", told, remedy)
    else:
        yield ok("disk", told)


def mail_server(settings: Settings) -> Iterator[Finding]:
    """Tell whether the mail server, if there is one, would take our mails."""
    if not settings.smtp_host:
        yield warn(
            "mail",
            "메일 서버가 없어 메일이 자료 폴더의 mail/ 에 파일로 쌓입니다.",
            "SINMUNGO_SMTP_HOST 를 정하세요.",
        )
        return
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    problem = _greeted(settings)
    if problem is None:
        yield ok("mail", f"메일 서버 {place} 가 답합니다.")
    else:
        yield bad(
            "mail", f"메일 서버 {place} {problem[0]} 메일은 나가지 않고 밀립니다.", problem[1]
        )


def _greeted(settings: Settings) -> tuple[str, str] | None:
    """Say good day as the worker does, sign in and leave; return what is wrong, and the remedy."""
    import smtplib
    import ssl

    later = "고치면 밀린 메일은 저절로 나갑니다."
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=MAIL_SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls") or settings.smtp_port == SUBMISSION_PORT:
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
    except smtplib.SMTPAuthenticationError:
        names = "SINMUNGO_SMTP_USER 와 SINMUNGO_SMTP_PASSWORD"
        return "가 계정이나 비밀번호를 받지 않습니다.", f"{names} 를 보세요. {later}"
    except ssl.SSLError:
        remedy = "SINMUNGO_SMTP_HOST 가 인증서에 적힌 이름인지, 인증서가 지나지 않았는지 보세요."
        return "의 인증서를 믿을 수 없습니다.", f"{remedy} {later}"
    except (smtplib.SMTPException, OSError):
        remedy = "주소와 포트(25 또는 587), 방화벽을 보세요."
        return "가 메일 서버로서 답하지 않습니다.", f"{remedy} {later}"
    return None
