"""The parts: each a module with `run(world, ...)` that returns its figures."""
