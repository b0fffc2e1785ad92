# shellcheck shell=bash
# A PostgreSQL of our own for the time of one run: in the folder $database, on a free port of this machine only, with a
# password, and as a user without rights, because it refuses to run as root.

postgres_bin() {
  local folder newest=
  for folder in "$(dirname "$(command -v pg_ctl)")" /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ]; then newest=$folder; fi
  done
  [ -n "$newest" ] && echo "$newest"
}

unprivileged() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start_postgres() {
  local bin port password
  bin=$(postgres_bin)
  port=$(node -e 'require("net").createServer().listen(0, "127.0.0.1", function () {
    console.log(this.address().port);
    this.close();
  })')
  password=$(node -p 'require("crypto").randomBytes(16).toString("hex")')
  printf %s "$password" >"$database/password"
  if [ "$(id -u)" = 0 ]; then chown -R postgres "$database"; fi
  unprivileged "$bin/initdb" -D "$database/data" -U cairn -E UTF8 --locale=C.UTF-8 \
    --auth=scram-sha-256 --pwfile="$database/password" >"$database/initdb.log"
  unprivileged "$bin/pg_ctl" start -w -s -D "$database/data" -l "$database/log" \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$database -c max_connections=300"
  echo "postgres://cairn:$password@127.0.0.1:$port/postgres" >"$database/url"
  "$bin/postgres" --version
}

stop_postgres() {
  if [ -f "$database/data/postmaster.pid" ]; then
    unprivileged "$(postgres_bin)/pg_ctl" stop -s -m fast -D "$database/data" || true
  fi
}
