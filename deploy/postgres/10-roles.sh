#!/bin/sh
# Runs once, when the database volume is empty: a role and databases for each of the two that use this server, and nothing shared.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
    --set temporal_password="$TEMPORAL_DB_PASSWORD" --set jiandu_password="$JIANDU_DB_PASSWORD" <<'SQL'
create role temporal login password :'temporal_password';
-- May create the roles of the migrations; may not pass row-level security.
create role jiandu login createrole password :'jiandu_password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
create database jiandu owner jiandu;
revoke connect on database temporal, temporal_visibility, jiandu from public;
SQL
