import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataKind, PackTable, type RecordKind, rawDigest, recipeKind } from '../src/packs/pack-format.js';
import { hasher } from './ingest-context.js';

/** A record as a sender may make it, right or wrong. */
export interface SentRecord {
  readonly digest: Uint8Array;
  readonly kind: RecordKind;
  readonly bytes: Uint8Array;
}

export interface SentRow {
  readonly digest: Uint8Array;
  readonly length: number;
}

export const hash = (bytes: Uint8Array): Buffer => rawDigest(hasher.hash(bytes));

export function data(bytes: Uint8Array): SentRecord {
  return { digest: hash(bytes), kind: dataKind, bytes };
}

export function rows(list: readonly SentRow[]): Buffer {
  return Buffer.concat(
    list.map(({ digest, length }) => {
      const row = Buffer.alloc(36);
      row.set(digest);
      row.writeUInt32LE(length, 32);
      return row;
    }),
  );
}

/** The row of a record, which stands for as many bytes as it has unless told otherwise. */
export function rowOf({ digest, bytes }: SentRecord, length: number = bytes.length): SentRow {
  return { digest, length };
}

export function recipe(digest: Uint8Array, segments: readonly SentRow[]): SentRecord {
  const list = rows(segments);
  return { digest, kind: recipeKind, bytes: Buffer.concat([hash(list), list]) };
}

/** A large blob as the records that it consists of: chunks, one segment, and its recipe. */
export function largeBlob(chunks: readonly Uint8Array[]): {
  readonly chunks: SentRecord[];
  readonly segment: SentRecord;
  readonly recipe: SentRecord;
} {
  const records = chunks.map(data);
  const whole = Buffer.concat(chunks);
  const segment = data(rows(records.map((record) => rowOf(record))));
  return { chunks: records, segment, recipe: recipe(hash(whole), [rowOf(segment, whole.length)]) };
}

/** The file of a pack, with a table that is right for these records whatever they say. */
export function pack(records: readonly SentRecord[]): Buffer {
  const table = new PackTable();
  for (const { digest, kind, bytes } of records) table.add(digest, kind, bytes.length);
  return Buffer.concat([...records.map(({ bytes }) => bytes), table.end(hasher)]);
}

/** The packs of a store, as somebody would send them. */
export function packsOf(store: string): Buffer[] {
  const folder = join(store, 'packs');
  return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
}
