#!/bin/sh
# Runs once, when the volume of a part's cluster is empty: an account that is no superuser, its database, and the rights
# to make deleted rows really go (new WAL segment, checkpoint).
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres --set password="$PART_DB_PASSWORD" <<'SQL'
create role jiandu login createrole password :'password';
create database jiandu owner jiandu;
revoke connect on database jiandu from public;
grant pg_checkpoint to jiandu;
\connect jiandu
grant execute on function pg_switch_wal() to jiandu;
SQL
