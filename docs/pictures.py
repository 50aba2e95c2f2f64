# ruff: noqa: INP001 - a script, part of no package
"""Takes the pictures of docs/img and docs/ko/img from a running demo, always the same way.

    .venv/bin/sinmungo demo --data DATA --port 8000
    .venv/bin/python docs/pictures.py DATA/demo-accounts.json 8000 [name …]

Nothing in the demo is changed; the handsomest pictures come from a fresh one. Chromium is the one
of the system, or that of CHROMIUM.
"""

import base64
import json
import os
import shutil
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
LIMIT = 150 * 1024
CITY = "bucheon"
_TODAY = datetime.now(ZoneInfo("Asia/Seoul")).date()
_SATURDAY = 5
_AHEAD = 7 - _TODAY.weekday() if _TODAY.weekday() >= _SATURDAY else 0
WEEKDAY = _TODAY + timedelta(days=_AHEAD)
SIGN_IN = "/office/people/sign-in"
# Grey instead of coloured edges of letters: fewer colours, fewer bytes.
ARGUMENTS = ["--no-sandbox", "--disable-lcd-text", "--hide-scrollbars"]
PIXELS = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const raw = canvas.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let i = 0; i < raw.length; i += 30000)
    text += String.fromCharCode(...raw.subarray(i, i + 30000));
  return btoa(text);
}"""


class Shot(NamedTuple):
    """A picture: file below docs/, who looks, at which path, what to do before."""

    file: str
    login: str
    path: str
    height: int = 720
    width: int = 1366
    prepare: Callable[[Page], object] | None = None
    city: str = CITY


def case_in_work(page: Page) -> None:
    """Open the last case in review: there is an answer to write."""
    page.locator("tr", has_text="검토").last.locator("a").first.click()


def first_company(page: Page) -> None:
    """Open the first company of the list."""
    page.locator("main table a").first.click()


def call(page: Page) -> None:
    """Type what a caller says, as far as it can be done without saving."""
    page.locator("[name=company_name]").press_sequentially("가람")
    page.wait_for_selector("#found input[type=radio]")
    page.fill("[name=caller]", "김하늘")
    page.fill("[name=phone]", "010-0000-1234")
    page.select_option("[name=rows-0-category]", "INFRA")
    page.fill("[name=rows-0-content]", "공장 앞 도로가 좁아 대형 화물차가 들어오지 못합니다.")


BUCHEON = "../plugins/bucheon/sinmungo_bucheon/guide/img"
SHOTS = (
    Shot("img/desk.png", "intake", "/office/cases?view=ALL"),
    Shot("ko/img/desk.png", "lead", "/office/cases", 560),
    Shot("ko/img/sign-in.png", "", SIGN_IN, 520),
    Shot("ko/img/me.png", "teamlead", "/office/people/me", 820),
    Shot("ko/img/intake.png", "intake", "/office/cases/new", 1150, prepare=call),
    Shot("ko/img/submissions.png", "intake", "/office/cases/submissions", 420),
    Shot("ko/img/case.png", "lead", "/office/cases", 1000, prepare=case_in_work),
    Shot("ko/img/companies.png", "intake", "/office/companies", 520),
    Shot("ko/img/company.png", "intake", "/office/companies", 900, prepare=first_company),
    Shot("ko/img/report.png", "intake", "/office/reporting"),
    Shot("ko/img/portal.png", "", "/", 800),
    Shot("ko/img/file-phone.png", "", "/cases/file", 844, 390),
    Shot("ko/img/admin.png", "admin", "/admin/people"),
    Shot("ko/img/holidays.png", "admin", "/admin/cases/holidays", 560),
    Shot("ko/img/plugins.png", "admin", "/admin/plugins", 620),
    Shot(f"{BUCHEON}/project100.png", "intake", "/office/bucheon/project100", 780),
    Shot("ko/img/visits.png", "intake", "/office/visits", 780, city="daegu"),
    Shot("ko/img/delegation.png", "intake", "/office/daegu/delegation", 760, city="daegu"),
    Shot("ko/img/experts.png", "lead", "/office/experts/advice", 640, city="daegu"),
    Shot("ko/img/bookings.png", "intake", f"/office/bookings?day={WEEKDAY}", 760, city="gimhae"),
)


class Visitor:
    """Someone who looks at the running demo; signs in once per account."""

    def __init__(self, browser: Browser, accounts: Path, port: int) -> None:
        self._browser = browser
        self._port = port
        self._pages: dict[tuple[str, str], Page] = {}
        self._passwords = {
            (a["slug"], a["login"]): a["password"] for a in json.loads(accounts.read_text("utf-8"))
        }

    def url(self, city: str, path: str) -> str:
        """Return an address of a city."""
        return f"http://{city}.localhost:{self._port}{path}"

    def page(self, city: str, login: str) -> Page:
        """Return the page of an account ("" for nobody), signed in."""
        who = city, login
        if who not in self._pages:
            context = self._browser.new_context(locale="ko-KR", timezone_id="Asia/Seoul")
            self._pages[who] = context.new_page()
            if login:
                self._sign_in(self._pages[who], city, login)
        return self._pages[who]

    def _sign_in(self, page: Page, city: str, login: str) -> None:
        page.goto(self.url(city, SIGN_IN))
        page.fill("[name=login]", login)
        page.fill("[name=password]", self._passwords[city, login])
        page.locator(f"form[action='{SIGN_IN}'] button").click()
        page.wait_for_url("**/office/cases**")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def small_png(page: Page, png: bytes) -> bytes:
    """Return the picture with its 256 most frequent colours, the others as the nearest of them."""
    raw = base64.b64decode(page.evaluate(PIXELS, base64.b64encode(png).decode()))
    width, height = struct.unpack(">II", png[16:24])
    pixels = memoryview(raw).cast("I")
    counted = Counter(pixels)
    kept = [colour.to_bytes(4, "little")[:3] for colour, _ in counted.most_common(256)]
    nearest = {colour: _nearest(colour.to_bytes(4, "little"), kept) for colour in counted}
    rows = bytes(map(nearest.__getitem__, pixels))
    lines = b"".join(b"\0" + rows[i : i + width] for i in range(0, len(rows), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(kept)), (b"IDAT", zlib.compress(lines, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in (*parts, (b"IEND", b"")))


def _nearest(colour: bytes, kept: list[bytes]) -> int:
    def distance(index: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(colour, kept[index], strict=False))

    return min(range(len(kept)), key=distance)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def take(visitor: Visitor, shot: Shot) -> bytes:
    """Take one picture."""
    page = visitor.page(shot.city, shot.login)
    page.set_viewport_size({"width": shot.width, "height": shot.height})
    answer = page.goto(visitor.url(shot.city, shot.path))
    if answer is None or not answer.ok:
        raise SystemExit(f"{shot.file}: {shot.path} does not answer well")
    if shot.prepare:
        shot.prepare(page)
    page.wait_for_load_state("networkidle")
    png = page.screenshot()
    page.goto("about:blank")
    return small_png(page, png)


def main(accounts: str, port: str, *wanted: str) -> None:
    """Take all pictures, or those whose file name contains one of `wanted`."""
    with chromium() as browser:
        visitor = Visitor(browser, Path(accounts), int(port))
        for shot in SHOTS:
            if wanted and not any(word in shot.file for word in wanted):
                continue
            png = take(visitor, shot)
            (HERE / shot.file).write_bytes(png)
            sys.stdout.write(f"{shot.file} {len(png) // 1024} KiB\n")
            if len(png) > LIMIT:
                raise SystemExit(f"{shot.file} is larger than {LIMIT // 1024} KiB")


if __name__ == "__main__":
    main(*sys.argv[1:])
