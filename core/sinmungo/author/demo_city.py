"""The city that `sinmungo plugin dev` shows a plugin in: made, upgraded and filled by a process.

Run as a process of its own (`python -m sinmungo.author.demo_city <folder>`), because the one that
watches the files must not keep a plugin's old code in its memory.
"""

import asyncio
import sys
from pathlib import Path

import msgspec

from sinmungo import config
from sinmungo.app import Runtime
from sinmungo.author.project import Project
from sinmungo.cli.problems import FORESEEN
from sinmungo.demo.load import load
from sinmungo.deploy.cities import Cities, read_files
from sinmungo.logs import configure_logs, only_failures

_CITY = """\
slug = "{city}"
name = "시험시"
service_name = "기업SOS"
hosts = ["{city}.localhost"]
plugins = ["{plugin}"]

[settings]
"cases.number_prefix" = "TS"

[[people.departments]]
name = "기업지원과"
phone = "02-0000-1000"
teams = ["기업SOS팀"]

[[people.departments]]
name = "도로과"
phone = "02-0000-2000"
teams = []

[demo.companies]
companies = 30
duplicates = 1

[demo.cases]
cases = 30

[[demo.people.officers]]
login = "lead"
name = "나하나"
unit = "기업SOS팀"
title = "주무관"
roles = ["INTAKE_OFFICER", "LEAD_OFFICER"]

[[demo.people.officers]]
login = "teamlead"
name = "두보람"
unit = "기업SOS팀"
title = "팀장"
roles = ["TEAM_LEADER", "LEAD_OFFICER"]

[[demo.people.officers]]
login = "road"
name = "세온길"
unit = "도로과"
title = "주무관"
roles = ["LEAD_OFFICER"]

[[demo.people.officers]]
login = "admin"
name = "마루한"
unit = "기업지원과"
title = "주무관"
roles = ["TENANT_ADMIN"]
"""


def city_of(project: Project) -> str:
    """Return the slug of the plugin's demo city."""
    return f"{project.slug.replace('_', '-')}-dev"


def write_city(project: Project, folder: Path) -> None:
    """Write the city's file, unless the author has one already."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{city_of(project)}.toml"
    if not file.exists():
        file.write_text(_CITY.format(city=city_of(project), plugin=project.slug), "utf-8")


async def _make(folder: Path) -> list[str]:
    runtime = Runtime(config.load())
    async with runtime.running():
        files = read_files(folder)
        await Cities(runtime, print).apply(files)
        await load(runtime, files, print)
    return [f"{q.slug}: {q.reason}" for q in runtime.host.quarantined]


def main() -> int:
    """Make what is missing; a plugin that cannot be loaded is told with its reason."""
    configure_logs("console")
    only_failures()
    try:
        broken = asyncio.run(_make(Path(sys.argv[1])))
    except (*FORESEEN, msgspec.MsgspecError) as error:
        broken = [str(error)]
    for line in broken:
        print(line)  # noqa: T201 - the process that watches shows it
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
