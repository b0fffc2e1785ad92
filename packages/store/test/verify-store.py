"""Checks a Cairn store without Cairn: every blob hashes to its name, and no version lacks a blob.
Usage: verify-store.py FOLDER. Stores with BLAKE3 digests need the Python package blake3."""

import hashlib, json, pathlib, sqlite3, sys

store = pathlib.Path(sys.argv[1])
algorithm = json.loads((store / "FORMAT").read_text())["algorithm"]
if algorithm == "blake3":
    from blake3 import blake3 as new_hash
else:
    new_hash = hashlib.sha256
problems = []


def read(digest):
    value = digest.removeprefix(algorithm + ":")
    path = store / "blobs" / algorithm / value[:2] / value[2:]
    return path.read_bytes() if path.exists() else problems.append(f"{digest} is missing") or b""


def lines(digest):
    return [json.loads(line) for line in read(digest).splitlines()]


for path in (store / "blobs" / algorithm).glob("??/*"):
    if new_hash(path.read_bytes()).hexdigest() != path.parent.name + path.name:
        problems.append(f"{path} is damaged")
if problems:
    sys.exit("\n".join(problems))

database = sqlite3.connect(f"file:{store / 'cairn.db'}?mode=ro", uri=True)
rows = database.execute(
    "SELECT c.name, v.version, v.manifest FROM versions v JOIN collections c ON c.id = v.collection_id"
    " WHERE v.deleted_at IS NULL"
)
for name, version, manifest in rows:
    for leaf in lines(manifest)[1:]:
        for entry in lines(leaf["leaf"]):
            if "uri" not in entry and read(entry["digest"]) == b"" and entry["size"] > 0:
                problems.append(f"{name}:v{version} can't have {entry['path']}")

if problems:
    sys.exit("\n".join(problems))
print("all is well")
