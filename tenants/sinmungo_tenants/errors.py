"""Every error of this package has a stable code, so that callers map it in one place."""


class TenantsError(Exception):
    """Base of the package's errors; `code` is stable, the text is for an operator."""

    code = "tenants.error"


class NameProblemError(TenantsError):
    """A slug, id or component name that must not reach a schema or role name."""

    code = "tenants.name"


class BindError(TenantsError):
    """The city's role or schema could not be bound; nothing was run."""

    code = "tenants.bind"


class MissingParameterError(TenantsError):
    """A statement was run without one of its parameters, or with one it does not have."""

    code = "tenants.parameter"


class TenantExistsError(TenantsError):
    """A city with this slug or host is there already."""

    code = "tenants.exists"


class UnknownTenantError(TenantsError):
    """No city of this slug or id."""

    code = "tenants.unknown"


class LostTransactionError(TenantsError):
    """A failed statement was swallowed, so PostgreSQL undid the transaction at COMMIT."""

    code = "tenants.lost"


class BehindError(TenantsError):
    """The city's tables are older than this code can work on; a fleet run mends it."""

    code = "tenants.behind"


class FleetBusyError(TenantsError):
    """Another fleet run is under way; the text says whose and since when."""

    code = "tenants.fleet_busy"


class ServerDownError(TenantsError):
    """The database server that a city lies on cannot be reached; nothing was run."""

    code = "tenants.server_down"


class UnknownServerError(ServerDownError):
    """The settings have no server of this name."""

    code = "tenants.server_unknown"
