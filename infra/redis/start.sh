#!/bin/sh
# Redis with users whose passwords stand neither in a file nor among the arguments of a process.
set -eu
users=$(sh /etc/margrave/users.sh)
exec redis-server /etc/margrave/redis.conf - <<USERS
$users
USERS
