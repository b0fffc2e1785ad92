# The catalog first: what it names is in the bucket then, as long as no garbage is collected until the end.
pg_dump --format=custom --file="$BACKUP/catalog.dump" "$CAIRN_DATABASE_URL"
