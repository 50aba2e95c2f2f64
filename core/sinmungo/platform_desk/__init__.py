"""The operator's desk at `/platform`: all cities at a glance, and nothing of what is inside them.

It belongs to no city. It reads the registry and what the worker has counted, through the control
door, which PostgreSQL keeps out of every city; only sending jobs again goes through a city's door.
"""
