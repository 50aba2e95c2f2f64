"""The demo as a visitor has it, with fewer made-up cases, and a real Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sinmungo.testing.demo import DemoProcess
from sinmungo.testing.whole_cities import FEWER
from sinmungo_tenants.server import EmbeddedServer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    folder = tmp_path_factory.mktemp("demo")
    tenants = folder / "tenants"
    tenants.mkdir()
    for file in (ROOT / "tenants").glob("*.toml"):
        text = file.read_text("utf-8")
        for key, number in FEWER.items():
            text = re.sub(rf"(?m)^{key} = \d+$", f"{key} = {number}", text)
        (tenants / file.name).write_text(text, "utf-8")
    made = DemoProcess(folder / "data", tenants)
    made.wait_up()
    yield made
    made.discard()
    EmbeddedServer(folder / "data").discard()
