"""Each city's key, unwrapped once per process. The wrapped key lies in the city's own schema.

With it goes how the city masks persons. That may change: whoever saves it raises the city's version
in the registry, and a process that sees a newer version reads it anew.
"""

import msgspec
from sqlalchemy import select

from sinmungo import clock
from sinmungo.host.models import city_keys, settings
from sinmungo.sealed import CityCipher, CityKey, DeploymentKey, Masks
from sinmungo_tenants import Session, Tenant, any_of, insert_into, read

_KEY = read(select(city_keys.c.wrapped).order_by(city_keys.c.id.desc()).limit(1), bytes)
_ADD = insert_into(city_keys)
MASKS = "masks"


class _Setting(msgspec.Struct):
    key: str
    value: object


_STYLES = read(
    select(settings.c.key, settings.c.value).where(any_of(settings.c.key, "keys")), _Setting
)


class Keyring:
    """Ciphers by city; a city without a key gets one on first use."""

    def __init__(self, deployment_key: DeploymentKey) -> None:
        self._deployment_key = deployment_key
        self._ciphers: dict[str, CityCipher] = {}
        self._seen: dict[str, int] = {}

    async def cipher(self, city: Tenant, db: Session) -> CityCipher:
        """Return the city's cipher, reading its key in the open transaction if need be."""
        known = self._ciphers.get(city.id)
        if known is not None:
            if self._seen.get(city.id, -1) < city.version:
                known.masks = await self._masks(city, db)
            return known
        wrapped = await db.first(_KEY)
        if wrapped is None:
            return await self._create(city, db)
        key = self._deployment_key.unwrap(wrapped, city.id)
        cipher = self._ciphers[city.id] = CityCipher(key, masks=await self._masks(city, db))
        return cipher

    async def _create(self, city: Tenant, db: Session) -> CityCipher:
        key = CityKey.generate()
        await db.run(
            _ADD,
            id=clock.uuid7(),
            wrapped=self._deployment_key.wrap(key, city.id),
            created_at=clock.now(),
        )
        cipher = CityCipher(key)
        db.after_commit(lambda: self._remember(city.id, cipher))
        return cipher

    async def _remember(self, tenant_id: str, cipher: CityCipher) -> None:
        self._ciphers[tenant_id] = cipher

    async def _masks(self, city: Tenant, db: Session) -> Masks:
        """Return how the city masks now; what is not a style of this code reads as the usual."""
        rows = await db.all(_STYLES, keys=[f"{MASKS}.{name}" for name in Masks.__struct_fields__])
        self._seen[city.id] = city.version
        given = {row.key.partition(".")[2]: row.value for row in rows}
        return Masks(**{name: style for name, style in given.items() if isinstance(style, str)})
