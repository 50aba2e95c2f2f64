"""The city's logo: a small picture, judged by its bytes and never by its name.

SVG can carry scripts and is not taken; what is sent out says its type and forbids guessing.
"""

from uuid import UUID

from sinmungo import clock
from sinmungo.errors import InvalidError, MissingError
from sinmungo.host.context import Ctx
from sinmungo.settings import queries as q

MAX_BYTES = 200 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_WRONG = "PNG, JPEG, WebP 그림만 올릴 수 있습니다. 다른 형식이면 PNG로 저장해서 올려 주세요."


def kind_of(content: bytes) -> str | None:
    """Return the media type of a whole PNG, JPEG or WebP picture, None for anything else."""
    if content.startswith(_PNG + b"\x00\x00\x00\rIHDR") and content.endswith(_PNG_END):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and content.endswith(b"\xff\xd9"):
        return "image/jpeg"
    whole = int.from_bytes(content[4:8], "little") + 8 == len(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP" and whole:
        return "image/webp"
    return None


async def keep(ctx: Ctx, content: bytes) -> str:
    """Store a picture and return the value of the setting `city.logo`. Raises InvalidError."""
    if not content:
        raise InvalidError({"file": "그림 파일을 골라 주세요."})
    if len(content) > MAX_BYTES:
        raise InvalidError({"file": f"{MAX_BYTES // 1024}KB까지 올릴 수 있습니다."})
    media_type = kind_of(content)
    if media_type is None:
        raise InvalidError({"file": _WRONG})
    logo_id = clock.uuid7()
    await ctx.db.run(
        q.ADD_LOGO,
        id=logo_id,
        content=content,
        media_type=media_type,
        added_at=clock.now(),
        added_by=ctx.me.officer_id,
    )
    return str(logo_id)


async def read_logo(ctx: Ctx, logo: str) -> q.LogoRow:
    """Return a picture of this city by its id. Raises MissingError."""
    try:
        found = await ctx.db.first(q.LOGO, id=UUID(logo))
    except ValueError:
        found = None
    if found is None:
        raise MissingError
    return found


async def is_kept(ctx: Ctx, logo: str) -> bool:
    """Whether the city has this picture; no picture at all is fine too."""
    if not logo:
        return True
    try:
        await read_logo(ctx, logo)
    except MissingError:
        return False
    return True
