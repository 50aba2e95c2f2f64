"""The application as granian loads it; only a server imports this."""

import gc

from sinmungo.app import create_app

app = create_app()
# What is loaded now stays: the collector need not walk it during requests.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
