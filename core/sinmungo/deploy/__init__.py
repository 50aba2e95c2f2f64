"""Bringing a deployment up: folder, keys, roles, schemas, and the cities of tenants/*.toml."""
