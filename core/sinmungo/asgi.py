"""The application as granian loads it."""

from sinmungo.app import create_app

app = create_app()
