"""`python -m sinmungo.cli`, for processes that start each other."""

from sinmungo.cli import main

main()
