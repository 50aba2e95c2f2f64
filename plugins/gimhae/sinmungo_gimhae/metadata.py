"""The one MetaData of this plugin. Empty since its rooms are core's; the migrations tell how."""

from sinmungo.sdk import new_metadata

metadata = new_metadata()
