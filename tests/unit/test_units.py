"""The pages on running it for real and the files they install, as far as reading tells."""

from pathlib import Path

import pytest

from sinmungo.testing.pages import PLACES, blocks
from sinmungo.testing.units import read_unit

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGES = [HOW_TO / "run-it-for-real.md", HOW_TO / "back-it-up.md"]
UNITS = HOW_TO / "units"


def test_every_block_is_run_and_every_title_is_its_own():
    titles = [b.title for page in PAGES for b in blocks(page) if b.title != PLACES]
    assert len(titles) == len(set(titles)) > 15
    for page in PAGES:
        assert page.read_text("utf-8").count("```") == 2 * len(list(blocks(page)))


@pytest.mark.parametrize("file", sorted(UNITS.glob("*.service")), ids=lambda f: f.name)
def test_a_service_runs_as_nobody_special(file: Path):
    unit = read_unit(file)
    assert unit["User"] in (["sinmungo"], ["postgres"])
    for line in (*unit["ExecStart"], *unit.get("ExecStopPost", [])):
        program = line.split()[0]
        assert program == "/srv/sinmungo/current/.venv/bin/sinmungo" or (
            program.startswith("/srv/sinmungo/bin/") and (UNITS / Path(program).name).is_file()
        )
    if unit.get("Type") != ["oneshot"]:
        assert unit["Restart"] == ["always"]
        assert unit["ProtectSystem"] == ["strict"]


def test_every_timer_has_its_service_and_a_web_server_no_migrator():
    for timer in UNITS.glob("*.timer"):
        assert timer.with_suffix(".service").is_file()
        assert read_unit(timer)["OnCalendar"]
    web = read_unit(UNITS / "sinmungo-web@.service")["EnvironmentFile"]
    assert not any("migrator" in name for name in web)


def test_the_proxy_passes_on_what_the_web_servers_need():
    """Where no nginx is installed this is all that is known of its file."""
    text = (UNITS / "nginx.conf").read_text("utf-8")
    for line in (
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "server_name sos.example.kr *.sos.example.kr;",
        "ssl_reject_handshake on;",
    ):
        assert line in text, line
    assert "non_idempotent" not in text
    assert text.count("{") == text.count("}")
