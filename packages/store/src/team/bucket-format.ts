import { CairnError, type ObjectStore, readAll } from '@cairn/core';
import { formatText, parseFormat, type StoreFormat } from '../format.js';

const key = 'FORMAT';

/** Writes the `FORMAT` of a bucket that has none, and returns what it says now: of several processes, the first decides. */
export async function settleBucketFormat(objects: ObjectStore, wanted: StoreFormat): Promise<StoreFormat> {
  try {
    await objects.put(key, new TextEncoder().encode(formatText(wanted)), { ifAbsent: true });
  } catch (error) {
    if (!CairnError.is(error, 'conflict')) throw error;
  }
  return (await readBucketFormat(objects)) ?? wanted;
}

export async function readBucketFormat(objects: ObjectStore): Promise<StoreFormat | undefined> {
  try {
    const text = new TextDecoder().decode(await readAll(objects.open(key)));
    return parseFormat(text, `${objects.location}/${key}`);
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return undefined;
    throw error;
  }
}
