"""`sinmungo …` as a process of its own, forked from one that has imported everything already.

Importing takes longer than most commands; a hundred of them in the tests would take minutes.
"""

import asyncio
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PRELOADED = (
    "sinmungo.app",
    "sinmungo.cli.tenants",
    "sinmungo.cli.plugins",
    "sinmungo.cli.imports",
    "sinmungo.deploy.cities",
    "sinmungo.deploy.database",
)
_SECONDS = 60.0


async def command(*words: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command with this environment and no input; return its exit code and all it wrote."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        process = context.Process(target=_run, args=(words, dict(environment), str(told)))
        process.start()
        await asyncio.to_thread(process.join, _SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutError(f"sinmungo {' '.join(words)} did not end")
        code = process.exitcode or 0
        process.close()
        return code, told.read_text("utf-8")


def _run(words: tuple[str, ...], environment: dict[str, str], told: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(told, os.O_WRONLY | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, target)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - the descriptors above, for the life of the process
    sys.argv = ["sinmungo", *words]
    from sinmungo.cli import main

    main()
