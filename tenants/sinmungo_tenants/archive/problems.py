"""What can go wrong with an archive; each is one line that says what to do."""

from sinmungo_tenants.errors import TenantsError


class ArchiveProblemError(TenantsError):
    """An archive cannot be made, read or put back; nothing was written."""

    code = "tenants.archive"


class DropRefusedError(TenantsError):
    """A city may not be dropped yet; nothing was changed."""

    code = "tenants.drop"
