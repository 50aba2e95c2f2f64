"""Workers of `sinmungo web` end when they are told to, even before they have started to serve."""

import subprocess
import sys

SCRIPT = """
import os, signal, sys, time
from sinmungo.cli.web import let_children_end

if sys.argv[1] == "as the command does":
    let_children_end()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: None)  # what the parent does with it
    if not (child := os.fork()):
        os.kill(os.getpid(), number)
        time.sleep(0.2)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def _ends(how: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_a_worker_that_has_just_been_forked_obeys_a_signal():
    assert _ends("as the command does") == ["-15", "-2"]


def test_without_it_the_signal_would_be_lost():
    assert _ends("as granian alone") == ["0", "0"]
