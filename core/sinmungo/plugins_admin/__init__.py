"""A city's own features: what there is, on and off, and how they fare."""

from pathlib import Path

from sinmungo.host.types import MenuItem, Slice
from sinmungo.plugins_admin.api import PluginsApi
from sinmungo.plugins_admin.pages import PluginsController
from sinmungo.plugins_admin.permissions import MANAGE, PERMISSIONS

SLICE = Slice(
    slug="plugins",
    title="기능 관리",
    permissions=PERMISSIONS,
    menu=(MenuItem("기능 관리", "/admin/plugins", MANAGE, "관리", 20, face="admin"),),
    admin=(PluginsController,),
    api=(PluginsApi,),
    templates=Path(__file__).parent / "templates",
)
