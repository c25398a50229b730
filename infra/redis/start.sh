#!/bin/sh
# Redis with a password that stands neither in a file nor among the arguments of a process.
set -eu
exec redis-server /etc/margrave/redis.conf - <<PASSWORD
requirepass ${REDIS_PASSWORD:?}
PASSWORD
