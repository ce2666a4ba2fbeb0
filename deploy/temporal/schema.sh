#!/bin/sh
# Brings Temporal's two databases to the schema of this image; does nothing when they are there already. The password comes in SQL_PASSWORD.
set -eu
for part in "temporal temporal" "temporal_visibility visibility"; do
    database=${part% *}
    schema=postgresql/v12/${part#* }
    temporal-sql-tool --plugin postgres12 --endpoint postgres --port 5432 --user temporal --database "$database" \
        setup-schema --version 0.0
    temporal-sql-tool --plugin postgres12 --endpoint postgres --port 5432 --user temporal --database "$database" \
        update-schema --schema-name "$schema"
done
