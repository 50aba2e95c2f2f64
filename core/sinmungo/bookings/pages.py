"""The screens of the slice by face, its lines in the menus, and its part of a company's page."""

from sinmungo.bookings.pages_admin import BookingSettingsController
from sinmungo.bookings.pages_booking import BookingController
from sinmungo.bookings.pages_day import DayController
from sinmungo.bookings.pages_file import BookingFileController
from sinmungo.bookings.pages_portal import PortalController
from sinmungo.bookings.pages_rooms import RoomController
from sinmungo.bookings.pages_staff import RotaController
from sinmungo.bookings.permissions import MANAGE, READ, SETTINGS
from sinmungo.host.checks import PUBLIC
from sinmungo.host.types import MenuItem, Panel

OFFICE = (DayController, BookingFileController, BookingController, RoomController, RotaController)
PORTAL = (PortalController,)
ADMIN = (BookingSettingsController,)
MENU = (
    MenuItem("상담실 예약", "/office/bookings", READ, "상담실", 200),
    MenuItem("당번", "/office/bookings/rota", MANAGE, "상담실", 210),
    MenuItem("상담실", "/office/bookings/rooms", MANAGE, "상담실", 220),
    MenuItem("상담 예약", "/admin/bookings", SETTINGS, "관리", 60, face="admin"),
    MenuItem("상담 예약", "/bookings", PUBLIC, "", 30, face="portal"),
)
PANELS = (Panel("COMPANY", "bookings", "상담 예약", "/office/bookings/of-company/{id}", READ, 30),)
