"""The data folder: deployment key, passwords of the logins, blobs, and the demo's database."""

import os
import secrets
from pathlib import Path

import msgspec

from sinmungo.config import Settings
from sinmungo.deploy.problems import FolderProblemError
from sinmungo.sealed import DeploymentKey
from sinmungo_tenants.server import claim_folder

SECRETS = "secrets.json"
CITY_FOLDERS = ("exports", "files")


class Secrets(msgspec.Struct):
    """Passwords of the two logins."""

    app_password: str
    migrator_password: str


def prepare(settings: Settings) -> Secrets:
    """Make the folder with its key and passwords, or read what is there; return the passwords."""
    folder = settings.data_path
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        claim_folder(folder)
        if not settings.key_file.exists():
            DeploymentKey.generate().save(settings.key_file)
        return _logins(folder / SECRETS)
    except OSError as error:
        raise FolderProblemError(
            f"cannot use the data folder {folder}: {error.strerror}; choose another with DATA=…"
        ) from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise FolderProblemError(
            f"{folder / SECRETS} is damaged ({error}); restore it from a backup"
        ) from error


def _logins(file: Path) -> Secrets:
    if not file.exists():
        made = Secrets(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
        write_private(file, msgspec.json.encode(made))
    return msgspec.json.decode(file.read_bytes(), type=Secrets)


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, all at once or not at all."""
    temporary = file.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)


def city_folders(settings: Settings, tenant_id: str) -> dict[str, Path]:
    """Return the folders that belong to one city alone, by the name they have in an archive."""
    return {name: settings.data_path / name / tenant_id for name in CITY_FOLDERS}
