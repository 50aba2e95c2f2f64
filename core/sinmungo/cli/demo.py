"""`sinmungo demo`."""


def demo() -> None:
    """Run everything."""
