"""Who opens a city."""

MANAGE = "opening.manage"
