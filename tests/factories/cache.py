"""The cache of one test worker in a Redis that several share."""

from django.core.cache.backends.redis import RedisCache


class OwnKeysCache(RedisCache):
    """A Redis cache whose `clear` leaves the keys of the other workers, and of whoever else uses that Redis, alone."""

    def clear(self) -> bool:
        client = self._cache.get_client(None, write=True)
        keys = list(client.scan_iter(match=f"{self.key_prefix}:*", count=1000))
        return bool(client.delete(*keys)) if keys else False
