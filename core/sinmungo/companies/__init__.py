"""The companies a city knows: one profile per city, found in any spelling of its name."""
