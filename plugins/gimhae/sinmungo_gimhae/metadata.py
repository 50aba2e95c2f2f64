"""The one MetaData of this plugin's tables, shared by its slices and its migrations."""

from sinmungo.sdk import new_metadata

metadata = new_metadata()
