"""What the sessions of a storm do: companies file and follow, officers register, read and export.

Words that are sought stand in every city, so that a row of another one would be found if the wall
let it through.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from sinmungo.testing.storm.session import Session
from sinmungo.testing.storm.tally import TRADE

type Act = Callable[[Session], Awaitable[None]]

CASES = "/api/v1/cases"
SUBMISSIONS = f"{CASES}/submissions"
PLUGIN = "/gust/front"
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
_TRIES = 3


def filing(session: Session) -> dict[str, Any]:
    """Return what a company files, by the names that form and API share."""
    mark, word = session.mark, session.word()
    return {
        "company_name": f"{mark}{TRADE} {word}",
        "caller": f"{mark}홍길동",
        "phone": "010-1234-5678",
        "email": f"caller@{mark}.example",
        "content": f"{mark}의 도로가 좁습니다 {word}",
    }


async def desk(session: Session) -> None:
    """Look at all cases, and remember which there are."""
    found = await session.ask("list by API", "GET", f"{CASES}?view=ALL")
    if found is not None:
        session.tally.cases[session.mark] |= {row["id"] for row in found.json()["items"]}


async def pages(session: Session) -> None:
    """Look at the desk and at one case as a person does."""
    await session.ask("page", "GET", "/office/cases", by="page")
    case_id = own_case(session)
    if case_id:
        await session.ask("page", "GET", f"/office/cases/{case_id}", by="page")


async def one_case(session: Session) -> None:
    """Open a case with its history; names and mails come out of their sealing."""
    case_id = own_case(session)
    if not case_id:
        return
    found = await session.ask("case by API", "GET", f"{CASES}/{case_id}")
    if found is not None and not found.json()["caller"].startswith(session.mark):
        session.tally.fault(f"the caller of {case_id} is not of {session.mark}")
    await session.ask("case by API", "GET", f"{CASES}/{case_id}/events")


async def search(session: Session) -> None:
    """Seek what every city has."""
    await session.ask("search", "POST", f"{CASES}/search", json={"q": TRADE})
    await session.ask("search", "POST", "/api/v1/companies/search", json={"q": TRADE})


async def register(session: Session) -> None:
    """Register a case under a key, and send it again until it is answered: it is made once."""
    given = filing(session)
    rows = [{"category": "ETC", "content": given.pop("content")}]
    body = {**given, "channel": "HOTLINE", "rows": rows}
    key = {"idempotency-key": session.word()}
    for _ in range(_TRIES):
        made = await session.ask("register", "POST", CASES, json=body, headers=key, expect={201})
        if made is not None:
            case = made.json()["items"][0]
            session.tally.promised[session.mark][case["case_no"]] = rows[0]["content"]
            session.tally.cases[session.mark].add(case["id"])
            return


async def file_by_api(session: Session) -> None:
    """File a difficulty by program."""
    await session.move()
    body = {**filing(session), "consent": True}
    made = await session.ask(
        "file by API", "POST", SUBMISSIONS, by="anyone", json=body, expect={201}
    )
    if made is not None:
        receipt = made.json()
        pair = receipt["receipt_no"], receipt["code"]
        session.tally.receipts[session.mark].append(pair)


async def file_by_page(session: Session) -> None:
    """File a difficulty on the portal, as far as the page that shows the numbers."""
    await session.move()
    form = await session.ask("portal", "GET", "/cases/file", by="anyone")
    token = _TOKEN.search(form.text) if form is not None else None
    if token is None:
        return
    data = {**filing(session), "consent": "1", "_csrf_token": token[1]}
    sent = await session.ask("portal", "POST", "/cases/file", by="anyone", data=data, expect={303})
    if sent is not None:
        await session.ask("portal", "GET", sent.headers["location"], by="anyone")


async def take(session: Session) -> None:
    """Register what a company filed; someone else may have been quicker."""
    waiting = await session.ask("waiting", "GET", SUBMISSIONS)
    items = waiting.json()["items"] if waiting is not None else []
    if not items:
        return
    chosen = session.rng.choice(items)
    body = {"submission_id": chosen["id"], "rows": [], "channel": "WEB_PORTAL"}
    row = {"category": "ETC", "content": f"{session.mark}의 신청 {session.word()}"}
    body["rows"] = [row]
    made = await session.ask("take", "POST", CASES, json=body, expect={201, 409})
    if made is not None and made.status_code == 201:  # noqa: PLR2004 - HTTP's own number
        case = made.json()["items"][0]
        session.tally.promised[session.mark][case["case_no"]] = row["content"]


async def assign(session: Session) -> None:
    """Give a case to one's own department; another may have changed it meanwhile."""
    case_id = own_case(session)
    found = await session.ask("case by API", "GET", f"{CASES}/{case_id}") if case_id else None
    if found is None:
        return
    body = {"unit_id": str(session.town.officer.unit_id)}
    tag = {"if-match": found.headers["etag"]}
    path = f"{CASES}/{case_id}/assign"
    await session.ask("assign", "POST", path, json=body, headers=tag, expect={200, 409, 412})


async def follow(session: Session) -> None:
    """Follow a filing with its two numbers."""
    known = session.tally.receipts[session.mark]
    if known:
        number, code = session.rng.choice(known)
        body = {"receipt_no": number, "code": code}
        await session.ask("follow", "POST", f"{SUBMISSIONS}/follow", by="anyone", json=body)


async def export(session: Session) -> None:
    """Take the whole register away as a file."""
    kind = session.rng.choice(("xlsx", "csv"))
    body = {"kind": kind, "reason": "폭풍 시험"}
    path = f"{CASES}/ledgers/received/file"
    await session.ask("export", "POST", path, json=body)


async def prowl(session: Session) -> None:
    """Try a neighbour's case, filing and token: all as if they were not there."""
    other = session.rng.choice(session.others)
    theirs = sorted(session.tally.cases[other.mark])
    if theirs:
        path = f"{CASES}/{session.rng.choice(theirs)}"
        await session.ask("foreign", "GET", path, expect={404})
    receipts = session.tally.receipts[other.mark]
    if receipts:
        number, code = session.rng.choice(receipts)
        body = {"receipt_no": number, "code": code}
        path = f"{SUBMISSIONS}/follow"
        await session.ask("foreign", "POST", path, by="anyone", json=body, expect={404})
    token = {"authorization": f"Bearer {other.officer.token}"}
    await session.ask("foreign", "GET", CASES, by="anyone", headers=token, expect={401})


async def plugin(session: Session) -> None:
    """Look at a plugin that is switched on and off meanwhile."""
    await session.ask("plugin", "GET", PLUGIN, by="anyone", expect={200, 404})


def own_case(session: Session) -> str:
    """Return the id of a case of one's own city, if one is known yet."""
    known = sorted(session.tally.cases[session.mark])
    return session.rng.choice(known) if known else ""


ACTS: tuple[tuple[Act, int], ...] = (
    (register, 6),
    (desk, 5),
    (one_case, 5),
    (pages, 4),
    (search, 3),
    (file_by_api, 3),
    (file_by_page, 2),
    (take, 3),
    (assign, 2),
    (follow, 2),
    (export, 2),
    (prowl, 4),
    (plugin, 2),
)
