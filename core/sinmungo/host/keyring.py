"""Each city's key, unwrapped once per process. The wrapped key lies in the city's own schema."""

from sqlalchemy import select

from sinmungo import clock
from sinmungo.host.models import city_keys
from sinmungo.sealed import CityCipher, CityKey, DeploymentKey
from sinmungo_tenants import Session, Tenant, insert_into, read

_KEY = read(select(city_keys.c.wrapped).order_by(city_keys.c.id.desc()).limit(1), bytes)
_ADD = insert_into(city_keys)


class Keyring:
    """Ciphers by city; a city without a key gets one on first use."""

    def __init__(self, deployment_key: DeploymentKey) -> None:
        self._deployment_key = deployment_key
        self._ciphers: dict[str, CityCipher] = {}

    async def cipher(self, city: Tenant, db: Session) -> CityCipher:
        """Return the city's cipher, reading its key in the open transaction if need be."""
        known = self._ciphers.get(city.id)
        if known is not None:
            return known
        wrapped = await db.first(_KEY)
        if wrapped is None:
            return await self._create(city, db)
        key = self._deployment_key.unwrap(wrapped, city.id)
        return self._keep(city, key)

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

    def _keep(self, city: Tenant, key: CityKey) -> CityCipher:
        cipher = CityCipher(key)
        self._ciphers[city.id] = cipher
        return cipher
