pg_restore --no-owner --exit-on-error --dbname="$CAIRN_DATABASE_URL" "$BACKUP/catalog.dump"
# So that who was about to log when the old database went notices that it is another one.
psql "$CAIRN_DATABASE_URL" --quiet --set=ON_ERROR_STOP=1 --command="
  UPDATE engine_state SET value = value + 1000000 + floor(random() * 1000000000000) WHERE name = 'epoch'"
