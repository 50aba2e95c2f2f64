"""Upgrading all cities: who is behind, one run at a time, and what became of each city.

Runs as the migrator, by psycopg and threads; only the command line comes here. `view` is apart: the
operator's desk reads the rows of runs through the control door.
"""
