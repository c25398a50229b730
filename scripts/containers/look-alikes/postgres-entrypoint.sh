#!/bin/bash
# Of postgres: makes the data folder on the first start, runs the scripts of docker-entrypoint-initdb.d on a server that listens on
# its socket only, and then is the server.
set -euo pipefail
if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi

if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
  chown postgres "$PGDATA" /var/run/postgresql
  exec setpriv --reuid postgres --regid postgres --clear-groups "$0" "$@"
fi

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?must be set to a password for the superuser}"
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  chmod 700 "$PGDATA"
  # Several arguments stand in one variable, as in the official image.
  eval "initdb --username=\"\$user\" --pwfile=<(printf '%s\n' \"\$POSTGRES_PASSWORD\") ${POSTGRES_INITDB_ARGS:-}"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"

  export PGPASSWORD=$POSTGRES_PASSWORD
  query() { psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$user" --no-password "$@"; }
  pg_ctl -o "$(printf '%q ' "${@:2}" -c listen_addresses= -p 5432)" --wait start
  if [ "$database" != postgres ]; then query --dbname postgres --set name="$database" <<< 'create database :"name"'; fi
  for script in /docker-entrypoint-initdb.d/*.sql; do
    if [ -e "$script" ]; then query --dbname "$database" --file "$script"; fi
  done
  pg_ctl --mode fast --wait stop
  unset PGPASSWORD
fi

exec "$@"
