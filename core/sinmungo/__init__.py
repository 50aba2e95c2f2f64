"""What every city has; a city's own programmes are plugins and live elsewhere."""
