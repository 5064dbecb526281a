# Makes the database on the first start, as the official image does, and becomes PostgreSQL.
set -eu
: "${POSTGRES_PASSWORD:?}" "${POSTGRES_USER:=postgres}" "${POSTGRES_DB:=$POSTGRES_USER}"
programs="$(echo /usr/lib/postgresql/*/bin)"
data=/var/lib/postgresql/data
if [ ! -f "$data/ready" ]; then
  rm -rf "$data"
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  "$programs/initdb" --pgdata="$data" --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  if [ "$POSTGRES_DB" != postgres ]; then
    echo "CREATE DATABASE \"$POSTGRES_DB\"" | "$programs/postgres" --single -D "$data" postgres
  fi
  touch "$data/ready"
fi
exec "$programs/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp
