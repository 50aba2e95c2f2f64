"""The job queue's tables: procrastinate's own schema, applied once to the schema `jobs`."""

from pathlib import Path

from sqlalchemy import MetaData

from sinmungo_tenants import Component

COMPONENT = Component("jobs", Path(__file__).parent / "migrations", MetaData())
