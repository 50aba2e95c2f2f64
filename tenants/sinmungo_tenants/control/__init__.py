"""The schema `control`: the registry of cities, and nothing that belongs to one."""
