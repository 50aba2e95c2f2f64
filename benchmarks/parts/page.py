"""The officer's first page, rendered by the server, against the list of the API."""

from benchmarks.calls import LIST, PAGE
from benchmarks.figures import Figure
from benchmarks.parts.http import alternate, rates, said
from benchmarks.processes import web
from benchmarks.timing import median_ratio
from benchmarks.world import World

TARGET = 3.0


def run(world: World) -> list[Figure]:
    """Ask one server for both by turns."""
    with web(world) as (port, _):
        pages, lists = alternate(world, PAGE, port, LIST, port)
    ratio = median_ratio(rates(lists), rates(pages))
    return [
        Figure(
            part="page",
            what="inbox page (cookie), API list (token)",
            ours=said(pages),
            against=said(lists),
            ratio=f"{ratio:.2f}×",
            target=f"≤ {TARGET:g}×",
            met=ratio <= TARGET,
            details={"ratio": ratio},
        )
    ]
