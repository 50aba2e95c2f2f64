"""Who may see the hundred, who may enrol them and name their officers, and who writes contacts.

A colleague may stand in for a dedicated officer, so a contact is not bound to that one person; the
record says who it was.
"""

from sinmungo.sdk import Permission

READ = "bucheon.project100_read"
MANAGE = "bucheon.project100_manage"
CONTACT = "bucheon.project100_contact"

PERMISSIONS = (
    Permission(
        READ,
        "유망기업 100 열람",
        (
            "TENANT_ADMIN",
            "INTAKE_OFFICER",
            "LEAD_OFFICER",
            "TEAM_LEADER",
            "DIVISION_HEAD",
            "DEDICATED_OFFICER",
            "AUDITOR",
        ),
    ),
    Permission(
        MANAGE,
        "유망기업 100 선정·전담관 지정",
        ("TENANT_ADMIN", "INTAKE_OFFICER", "TEAM_LEADER", "DIVISION_HEAD"),
    ),
    Permission(
        CONTACT,
        "유망기업 100 연락 기록",
        (
            "INTAKE_OFFICER",
            "LEAD_OFFICER",
            "TEAM_LEADER",
            "DIVISION_HEAD",
            "DEDICATED_OFFICER",
        ),
    ),
)
