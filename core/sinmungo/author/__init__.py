"""For the stranger who writes the next city's plugin: a first project, a desk, and a judge.

`scaffold` makes the project, `dev` runs it in a demo city and reloads it, `check` tries every
contribution and names each mistake with file, line and remedy. Nothing here runs in a deployment.
"""
