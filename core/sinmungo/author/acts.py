"""Each act of a plugin done with an empty form: the answer is a refusal or a yes, never a 500.

An officer who presses the button before filling in the form must get the page back with words. The
acts come after everything that looks at the made-up records, because some of them change these.
"""

from collections.abc import AsyncIterator

import httpx

from sinmungo.author.findings import Finding
from sinmungo.author.steps import dead
from sinmungo.author.trial import Trial, filled
from sinmungo.testing.sweep import Route, ask

_MISSING, _FAILED, _TRIES = 404, 500, 6


async def sent(trial: Trial) -> AsyncIterator[Finding]:
    """Send every form and every API body empty, as an officer who may."""
    browser = trial.web.browser(trial.officer)
    for route in (r for r in trial.own if r.method != "GET"):
        for number, values in enumerate(filled(route, trial.ids)):
            address = route.at(values)
            trial.faults.forget()
            answer = (
                await browser.post(address)
                if route.method == "POST" and not route.is_api
                else await ask(trial.api if route.is_api else browser.client, route, address)
            )
            if answer.status_code >= _FAILED:
                yield _broken(trial, route, address, answer)
            if answer.status_code != _MISSING or number == _TRIES:
                break


def _broken(trial: Trial, route: Route, address: str, answer: httpx.Response) -> Finding:
    place = trial.sources.of(route.handler.fn)
    return dead(trial, "act", place, f"{route.method} {route.path} sent empty", address, answer)
