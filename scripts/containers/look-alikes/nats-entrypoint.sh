#!/bin/sh
# Of nats: options alone are options of the server.
set -eu
if [ "${1#-}" != "$1" ]; then set -- nats-server "$@"; fi
exec "$@"
