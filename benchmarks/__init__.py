"""What the product costs, as ratios inside one run: `python -m benchmarks`.

Absolute figures of one machine say little about another, so every part measures two ways of doing
the same thing, turn by turn, and prints their ratio. Nothing here asserts a time: a slow machine is
no failure. docs/explanation/speed.md explains the parts and keeps the last table (`--write`).
"""
