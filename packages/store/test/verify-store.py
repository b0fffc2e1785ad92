"""Checks a Cairn store without Cairn: every byte of its packs is as it was written, and no version lacks a blob.
Usage: verify-store.py FOLDER, while nothing writes to it. Stores with BLAKE3 digests need the Python package blake3, encrypted
ones the package cryptography, and their key in CAIRN_ENCRYPTION_KEY."""

import base64, functools, hashlib, hmac, json, os, pathlib, sqlite3, struct, sys

store = pathlib.Path(sys.argv[1])
algorithm = json.loads((store / "FORMAT").read_text())["algorithm"]
if algorithm == "blake3":
    from blake3 import blake3 as new_hash
else:
    new_hash = hashlib.sha256
database = sqlite3.connect(f"file:{store / 'cairn.db'}?mode=ro", uri=True)
problems = []


def hkdf(secret, salt, info, length=32):
    return HKDF(SHA256(), length, salt, info).derive(secret)


def unseal(key, index, is_last, sealed):
    return AESGCM(key).decrypt(index.to_bytes(11, "big") + bytes([is_last]), sealed, None)


def unwrap(keys, text):
    user = bytes.fromhex(text) if len(text) == 64 else base64.urlsafe_b64decode(text.removeprefix("cairn-key-"))[:32]
    by = hkdf(user, b"", b"cairn key id", 8).hex()
    found = next(wrapped for wrapped in keys["wrapped"] if wrapped["by"] == by)
    key = hkdf(user, bytes.fromhex(found["salt"]), f"cairn wrapped key {keys['id']} {by}".encode())
    return unseal(key, 0, True, bytes.fromhex(found["key"]))


if (store / "KEYS").exists():
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import XTS
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    keys = json.loads((store / "KEYS").read_text())
    secret = unwrap(keys, os.environ["CAIRN_ENCRYPTION_KEY"])
    magic = b"CAIRNEP1" + bytes.fromhex(keys["id"])
    digests_key = hkdf(secret, magic[8:], b"cairn database digests", 64)
    names_key = hkdf(secret, magic[8:], b"cairn database names")


def from_database(digest, place):
    if not (store / "KEYS").exists():
        return digest
    tweak = hmac.digest(names_key, place.encode(), "sha256")[:16]
    return Cipher(AES(digests_key), XTS(tweak)).decryptor().update(digest)


places = "SELECT o.digest, p.name, o.kind, o.start, o.length FROM objects o JOIN packs p ON p.id = o.pack_id"
index = {from_database(digest, "objects"): place for digest, *place in database.execute(places)}


def decrypted(data):
    if data[:16] != magic:
        return b""
    key, sealed = hkdf(secret, data[16:48], magic), range(48, len(data), 65552)
    try:
        return b"".join(unseal(key, i, at == sealed[-1], data[at : at + 65552]) for i, at in enumerate(sealed))
    except InvalidTag:
        return b""


@functools.lru_cache(maxsize=8)
def pack(path):
    data = path.read_bytes()
    return decrypted(data) if (store / "KEYS").exists() else data


def is_intact(digest, kind, record):
    claimed, bytes = (record[:32], record[32:]) if kind == 1 else (digest, record)
    return new_hash(bytes).digest() == claimed


for path in sorted((store / "packs").iterdir()):
    data = pack(path)
    end = 40 * int.from_bytes(data[-40:-36], "little") + 48
    if data[-48:-40] == b"CAIRNPK1" and new_hash(data[-end:-32]).digest() == data[-32:]:
        records = list(struct.iter_unpack("<32sIB3x", data[-end:-48]))
    else:
        records = problems.append(f"{path}: the table is damaged") or []
    start = 0
    for digest, length, kind in records:
        if not is_intact(digest, kind, data[start : start + length]):
            problems.append(f"{path}: {algorithm}:{digest.hex()} is damaged, at {start}")
        start += length
    if records and start != len(data) - end:
        problems.append(f"{path}: {len(data) - end} bytes hold records of {start}")


def pieces(digest):
    name, kind, start, length = index[digest]
    record = pack(store / "packs" / f"{name}.pack")[start : start + length]
    if not is_intact(digest, kind, record):
        raise LookupError(digest)
    if kind == 0:
        yield record
        return
    for segment, _ in struct.iter_unpack("<32sI", record[32:]):
        for chunk, _ in struct.iter_unpack("<32sI", b"".join(pieces(segment))):
            yield from pieces(chunk)


@functools.cache
def is_there(digest):
    raw, whole = bytes.fromhex(digest.partition(":")[2]), new_hash()
    try:
        for piece in pieces(raw):
            whole.update(piece)
    except (LookupError, OSError):
        problems.append(f"{digest} is missing or damaged")
    return whole.digest() == raw


def lines(digest):
    blob = pieces(bytes.fromhex(digest.partition(":")[2])) if is_there(digest) else []
    return [json.loads(line) for line in b"".join(blob).splitlines()]


versions = database.execute(
    "SELECT c.entity, c.project, c.name, v.version, v.manifest FROM versions v"
    " JOIN collections c ON c.id = v.collection_id WHERE v.deleted_at IS NULL"
)
for entity, project, name, version, manifest in versions:
    stored = bytes.fromhex(manifest.partition(":")[2])
    raw = from_database(stored, f"project {entity}/{project}")
    for leaf in lines(f"{algorithm}:{raw.hex()}")[1:]:
        for entry in lines(leaf["leaf"]):
            if "uri" not in entry and not is_there(entry["digest"]):
                problems.append(f"{name}:v{version} can't have {entry['path']}")
if problems:
    sys.exit("\n".join(problems))
print("all is well")
