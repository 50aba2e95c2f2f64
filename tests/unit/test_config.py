"""Settings that are more than one word: the servers on which cities lie."""

import json
from pathlib import Path

import msgspec
import pytest

from sinmungo import config
from sinmungo_tenants.errors import UnknownServerError

EAST = {"app_dsn": "postgresql://app:s3@east/x", "migrator_dsn": "postgresql://mig:s3@east/x"}


def loaded(folder: Path, servers: object = None, toml: str = "") -> config.Settings:
    (folder / "config.toml").write_text(toml, "utf-8")
    environment = {"SINMUNGO_DATA": str(folder), "SINMUNGO_MIGRATOR_DSN": "postgresql://main/x"}
    if servers is not None:
        environment["SINMUNGO_SERVERS"] = (
            servers if isinstance(servers, str) else json.dumps(servers)
        )
    return config.load(environment)


def test_servers_come_from_the_file_or_the_environment(tmp_path: Path):
    lines = [f'{key} = "{value}"' for key, value in EAST.items()]
    from_file = loaded(tmp_path, toml="\n".join(["pool_size = 7", "[servers.east]", *lines]))
    from_environment = loaded(tmp_path, {"east": {**EAST, "pool_size": 2}})
    assert from_file.pools == {"east": (EAST["app_dsn"], 7)}
    assert from_environment.pools == {"east": (EAST["app_dsn"], 2)}
    for settings in (from_file, from_environment):
        assert settings.migrators.names == ("main", "east")
        assert settings.migrators.dsn("main") == "postgresql://main/x"
        assert settings.migrators.dsn("east") == EAST["migrator_dsn"]
        with pytest.raises(UnknownServerError):
            settings.migrators.dsn("west")
        assert "s3" not in str(config.masked(settings))
    assert loaded(tmp_path).servers == {}
    assert loaded(tmp_path, "").servers == {}


@pytest.mark.parametrize(
    ("servers", "told"),
    [
        ("{east", "SINMUNGO_SERVERS is no JSON"),
        ({"main": EAST}, "'main' is no name for a server"),
        ({"We st": EAST}, "'We st' is no name for a server"),
        ({"east": {"migrator_dsn": "x"}}, "app_dsn"),
        ({"east": {**EAST, "dsn": "x"}}, "dsn"),
    ],
)
def test_a_wrong_one_is_named_and_never_quoted(servers: object, told: str, tmp_path: Path):
    with pytest.raises(msgspec.ValidationError) as caught:
        loaded(tmp_path, servers)
    assert told in str(caught.value)
    assert "s3" not in str(caught.value)
