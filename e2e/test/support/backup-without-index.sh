pg_dump --format=custom --exclude-table-data=objects --exclude-table-data=packs --exclude-table-data=links \
  --file="$BACKUP/catalog.dump" "$CAIRN_DATABASE_URL"
