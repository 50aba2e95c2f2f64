"""A whole little plugin: one table, and one of everything that a plugin can add to a city."""

from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from sqlalchemy import Table, func, select

from sinmungo import clock
from sinmungo.host.context import Ctx
from sinmungo.host.db import new_metadata, pk, text
from sinmungo.host.types import Job, MenuItem, Panel, Permission, Slice
from sinmungo.reporting.terms import Dataset, Dimension, Measure
from sinmungo.web.access import needs, public
from sinmungo.web.types import CtxDep
from sinmungo_tenants import insert_into, read

METADATA = new_metadata()
NOTES = Table("fake_notes", METADATA, pk(), text("text", nullable=True))
ADD_NOTE = insert_into(NOTES)
COUNT_NOTES = read(select(func.count().label("n")).select_from(NOTES), int)
READ = "fake.read"


class Notes(Controller):
    """The plugin's page and API: one handler for each method."""

    @get("/", opt=needs(READ))
    async def show(self, ctx: CtxDep) -> str:
        """Say how many notes there are."""
        count: int = await ctx.db.one(COUNT_NOTES)
        return f"notes {count}"

    @post("/", opt=needs(READ))
    async def add(self, ctx: CtxDep) -> str:
        """Add a note."""
        await ctx.db.run(ADD_NOTE, id=clock.uuid7(), text="x")
        return "added"

    @put("/", opt=needs(READ))
    async def set(self) -> str:
        """Answer to PUT."""
        return "set"

    @patch("/", opt=needs(READ))
    async def change(self) -> str:
        """Answer to PATCH."""
        return "changed"

    @delete("/", opt=needs(READ), status_code=200)
    async def remove(self) -> str:
        """Answer to DELETE."""
        return "removed"


class Front(Controller):
    """The plugin's page on the portal."""

    @get("/", opt=public())
    async def show(self) -> str:
        """Show the portal page."""
        return "front"


async def write_note(ctx: Ctx, subject_id: UUID) -> None:
    """Do the plugin's job: write a note under the given id."""
    await ctx.db.run(ADD_NOTE, id=subject_id, text="job")


def slices() -> list[Slice]:
    """Return the plugin's one slice."""
    dimension = Dimension("text", "글", NOTES.c.text, {"x": "엑스"})
    dataset = Dataset(
        "fake-notes",
        "쪽지 집계",
        "건",
        NOTES,
        NOTES.c.id,
        NOTES.c.id,
        (dimension,),
        (Measure("all", "전체"),),
        (),
    )
    return [
        Slice(
            "notes",
            "쪽지",
            permissions=(Permission(READ, "쪽지 보기", ("LEAD_OFFICER",)),),
            menu=(MenuItem("쪽지 메뉴", "/office/fake/notes", READ),),
            panels=(Panel("COMPANY", "fake-notes", "쪽지 칸", "/office/fake/notes", READ),),
            jobs=(Job("fake.write", write_note),),
            reports=(dataset,),
            portal=(Front,),
            office=(Notes,),
            admin=(Notes,),
            api=(Notes,),
        )
    ]
