import { CairnError, type ObjectStore, readAll } from '@cairn/core';
import { formatText, parseFormat, type StoreFormat } from '../format.js';

const key = 'FORMAT';

/** What a bucket's `FORMAT` says; writes it first if there is none. Of several processes, the first decides. */
export async function settleBucketFormat(objects: ObjectStore, wanted: StoreFormat): Promise<StoreFormat> {
  const found = await readFormat(objects);
  if (found !== undefined) return found;
  try {
    await objects.put(key, new TextEncoder().encode(formatText(wanted)), { ifAbsent: true });
  } catch (error) {
    if (!CairnError.is(error, 'conflict')) throw error;
  }
  return (await readFormat(objects)) ?? wanted;
}

async function readFormat(objects: ObjectStore): Promise<StoreFormat | undefined> {
  try {
    const text = new TextDecoder().decode(await readAll(objects.open(key)));
    return parseFormat(text, `${objects.location}/${key}`);
  } catch (error) {
    if (CairnError.is(error, 'not_found')) return undefined;
    throw error;
  }
}
