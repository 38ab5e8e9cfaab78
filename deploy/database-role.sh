#!/bin/sh
# Makes the role under which the product works, when the database is made. It owns no table, so it can
# neither remove the triggers of the record nor change a row that is written once. `migrate` gives it
# the rights that it needs.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set password="$(cat /run/secrets/product_password)" <<'SQL'
CREATE ROLE rtop_product LOGIN PASSWORD :'password';
SQL
