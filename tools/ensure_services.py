"""Refuse to test on PostgreSQL and Redis that do not answer, and say how to start them."""

import os
import sys

import psycopg
import redis

HELP = (
    "Start them (Debian: `apt-get install postgresql redis-server`, then `pg_ctlcluster 15 main start` and "
    "`redis-server --daemonize yes`), or point DATABASE_URL, BOX_DATABASE_URL and CACHE_URL at running ones."
)


def maintenance(url: str) -> str:
    """Return the address of the maintenance database on the same server: the test databases are made from it."""
    return url.rpartition("/")[0].replace("postgresql://", "postgres://") + "/postgres"


def main() -> int:
    """Return 0 when all three answer, 1 after naming the first that does not."""
    try:
        for name in ("DATABASE_URL", "BOX_DATABASE_URL"):
            with psycopg.connect(maintenance(os.environ[name]), connect_timeout=5):
                pass
        name = "CACHE_URL"
        redis.Redis.from_url(os.environ[name], socket_connect_timeout=5).ping()
    except (psycopg.Error, redis.RedisError) as error:
        print(f"{name} does not answer: {error}\n{HELP}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
