"""The application as granian loads it; only a server imports this.

What is loaded at the start stays: the collector need not walk it then, nor during requests.
"""

import gc

gc.disable()

from sinmungo.app import create_app  # noqa: E402 - imported while the collector is off

app = create_app()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
gc.enable()
