"""설정: every setting of the city in one place, with preview, history and restore.

Slices and plugins declare what can be set (`SettingsGroup`, a plugin's Struct); the forms, the
history and the API are made here from what they say.
"""

from pathlib import Path

from sinmungo.host.types import MenuItem, Slice
from sinmungo.settings.api import SettingsApi
from sinmungo.settings.banks import BANKS_GROUP
from sinmungo.settings.events import EVENTS
from sinmungo.settings.groups import GROUPS
from sinmungo.settings.pages import ROOT, SettingsPages
from sinmungo.settings.pages_logo import LogoPages
from sinmungo.settings.permissions import MANAGE, PERMISSIONS

SLICE = Slice(
    slug="settings",
    title="설정",
    permissions=PERMISSIONS,
    menu=(MenuItem("설정", ROOT, MANAGE, "관리", 5, face="admin"),),
    events=EVENTS,
    admin=(LogoPages, SettingsPages),
    api=(SettingsApi,),
    templates=Path(__file__).parent / "templates",
    settings=(*GROUPS, BANKS_GROUP),
    copied_settings=("portal", "banks"),
)
