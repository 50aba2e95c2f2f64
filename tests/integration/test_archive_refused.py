"""What is not sound, or not for this code, is refused before anything is written."""

import gzip
import hashlib
import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from sinmungo.app import Runtime
from sinmungo.deploy.archives import Archives, Plan
from sinmungo.deploy.city_key import signer
from sinmungo.deploy.problems import KeyProblemError
from sinmungo.sealed import DeploymentKey
from sinmungo.testing.whole_cities import discard, register_case
from sinmungo_tenants import Tenant
from sinmungo_tenants.archive.problems import ArchiveProblemError

type Members = dict[str, bytes]
type Change = Callable[[Members], None]
TABLE = "tables/companies.copy.gz"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made(runtime: Runtime, make_city, tmp_path_factory) -> Path:
    """Return the archive of a city with a case; who breaks it takes a copy."""
    city: Tenant = await make_city(kept=True)
    await register_case(runtime, city)
    return Archives(runtime, "tester").make(city.id, tmp_path_factory.mktemp("sound")).file


@pytest.fixture
def sound(made: Path, tmp_path: Path) -> Path:
    shutil.copy(made.with_name(f"{made.name}.sha256"), tmp_path)
    return Path(shutil.copy(made, tmp_path))


def rewrite(file: Path, change: Change) -> Path:
    without_sum(file)
    with tarfile.open(file) as tar:
        members = {i.name: tar.extractfile(i).read() for i in tar}
    change(members)
    with tarfile.open(file, "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file


def other_row(members: Members) -> None:
    members[TABLE] = gzip.compress(
        gzip.decompress(members[TABLE]).replace("한빛".encode(), b"ABCDEF")
    )


def bomb(members: Members) -> None:
    members[TABLE] = gzip.compress(gzip.decompress(members[TABLE]) + b"\0" * 10_000_000)


def shorter(members: Members) -> None:
    members[TABLE] = gzip.compress(b"")


def no_gzip(members: Members) -> None:
    members[TABLE] = b"plain text"


def one_more(members: Members) -> None:
    members["tables/more.copy.gz"] = b""


def one_less(members: Members) -> None:
    del members[TABLE]


def no_manifest(members: Members) -> None:
    del members["manifest.json"]


def no_json(members: Members) -> None:
    members["manifest.json"] = b"{"


def told_otherwise(members: Members) -> None:
    """A hash that fits the changed rows: only the seal can tell."""
    other_row(members)
    raw = gzip.decompress(members[TABLE])
    manifest = msgspec.json.decode(members["manifest.json"])
    for table in manifest["tables"]:
        if table["name"] == "companies":
            table["sha256"] = hashlib.sha256(raw).hexdigest()
    members["manifest.json"] = msgspec.json.encode(manifest)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_row, "companies"),
        (bomb, "companies"),
        (shorter, "companies"),
        (no_gzip, "damaged"),
        (one_more, "other members"),
        (one_less, "other members"),
        (no_manifest, "cut short"),
        (no_json, "manifest"),
        (told_otherwise, "changed"),
    ],
)
async def test_a_changed_archive_is_refused(
    runtime: Runtime, sound: Path, change: Change, words: str
):
    rewrite(sound, change)
    archives = Archives(runtime, "tester")
    with pytest.raises(ArchiveProblemError, match=words):
        archives.verify(sound)
    with pytest.raises(ArchiveProblemError, match=words):
        archives.restore(sound, Plan(slug="tampered"))
    await runtime.registry.refresh(force=True)
    assert "tampered" not in {c.slug for c in runtime.registry.all()}


def sealed(runtime: Runtime, change: Callable[[dict], None]) -> Change:
    """A manifest changed by someone who holds the key: as another version might write it."""

    def act(members: Members) -> None:
        manifest = msgspec.json.decode(members["manifest.json"])
        change(manifest)
        members["manifest.json"] = raw = msgspec.json.encode(manifest)
        members["manifest.sig"] = signer(runtime.deployment_key)(raw)

    return act


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.update(format=2), "format 2.*upgrade first"),
        (lambda m: m["revisions"].update(core="9999"), "newer than this code"),
        (lambda m: m["revisions"].update(seoul="0001"), "seoul.*--without seoul"),
        (lambda m: m["city"]["plugins"].update(seoul="ACTIVE"), "seoul.*--without seoul"),
        (lambda m: m["tables"][0].update(component="nobody"), "nobody knows"),
    ],
)
async def test_what_this_code_does_not_know_is_refused(
    runtime: Runtime, sound: Path, change, words
):
    rewrite(sound, sealed(runtime, change))
    with pytest.raises(ArchiveProblemError, match=words):
        Archives(runtime, "tester").restore(sound, Plan(slug="unknown"))


async def test_files_may_not_leave_their_folder(runtime: Runtime, sound: Path):
    def escape(members: Members) -> None:
        part = {"folder": "files", "path": "../../deployment.key", "size": 1, "sha256": "0"}
        sealed(runtime, lambda m: m["files"].append(part))(members)
        members["files/files/../../deployment.key"] = b"x"

    rewrite(sound, escape)
    with pytest.raises(ArchiveProblemError, match="outside"):
        Archives(runtime, "tester").restore(sound, Plan(slug="escaped"))


@pytest.mark.parametrize(
    ("kept", "has_sum"), [(0.3, False), (0.7, False), (0.7, True), (0.99, True)]
)
async def test_a_cut_file_is_refused(runtime: Runtime, sound: Path, kept: float, has_sum: bool):
    cut(sound, kept)
    if not has_sum:
        without_sum(sound)
    with pytest.raises(ArchiveProblemError):
        Archives(runtime, "tester").verify(sound)


def without_sum(file: Path) -> None:
    file.with_name(f"{file.name}.sha256").unlink()


def cut(file: Path, kept: float) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * kept)])


async def test_a_file_that_is_no_archive_is_refused(runtime: Runtime, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("not an archive")
    with pytest.raises(ArchiveProblemError, match="damaged"):
        Archives(runtime, "tester").verify(tmp_path / "letter.txt")


async def test_another_key_is_told_at_once(runtime: Runtime, sound: Path, tmp_path: Path):
    DeploymentKey.generate().save(tmp_path / "other.key")
    archives = Archives(runtime, "tester")
    with pytest.raises(KeyProblemError, match="--key-file"):
        archives.restore(sound, Plan(slug="other-key", key_file=tmp_path / "other.key"))
    (tmp_path / "broken.key").write_text("not a key")
    with pytest.raises(KeyProblemError, match="base64"):
        archives.verify(sound, tmp_path / "broken.key")
    with pytest.raises(KeyProblemError, match="cannot be read"):
        archives.verify(sound, tmp_path / "absent.key")


async def test_a_plugin_that_is_not_here_can_be_left_out(
    runtime: Runtime, make_city, tmp_path: Path
):
    slug, plugin = next((s, p) for s, p in runtime.host.plugins.items() if p.manifest.component)
    city = await make_city(plugins=(slug,))
    made = Archives(runtime, "tester").make(city.id, tmp_path)
    tables = set(plugin.manifest.component.metadata.tables)
    restored = Archives(runtime, "tester").restore(
        made.file, Plan(slug="without", without=frozenset({slug}), opened=True)
    )
    assert set(restored.left_out) == tables
    await runtime.registry.refresh(force=True)
    back = runtime.registry.by_slug("without")
    assert (slug in back.revisions, slug in back.plugins) == (False, False)
    assert back.plugins == city.plugins - {slug}
    discard(runtime)
    await runtime.registry.refresh(force=True)
