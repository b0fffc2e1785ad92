import { CairnError, type CallOptions, type ObjectStore, type SignedRequest } from '@cairn/core';
import { type AdoptContext, adoptPack } from '../adopt/adopt-pack.js';
import type { AdoptedPack, AdoptOptions } from '../adopt/adopted.js';
import { newPackName } from '../packs/open-pack.js';
import { announcePack, type BucketHomeContext, bucketHome } from './bucket-home.js';
import { incomingPrefix, packKey } from './bucket-packs.js';
import { closePlace, newPlace, openPlace } from './direct-places.js';
import { removePacks, withdrawPack } from './remove-packs.js';

/** How a pack can be written to the bucket, by who has no credentials for it. */
export interface WritePlan {
  /** A secret that lasts five minutes. */
  readonly request: SignedRequest;
  /** By which it is adopted once it is there: a secret that lasts an hour, of use to its owner and once. */
  readonly token: string;
}

/** Whose a place in the bucket is: any text that is the same for nobody else. */
export interface OwnerOptions extends CallOptions {
  readonly owner: string;
}

export interface DirectWriteContext extends BucketHomeContext, Omit<AdoptContext, 'home' | 'name'> {
  readonly signWrite: NonNullable<ObjectStore['signWrite']>;
  readonly copy: NonNullable<ObjectStore['copy']>;
}

/** Long enough to begin with the request, in seconds. */
const signedSeconds = 300;

/**
 * Plans how to write a pack of so many bytes to the bucket. What is there then is no pack yet, and nobody sees it.
 *
 * @returns `undefined` where nothing can be signed.
 */
export async function planDirectWrite(
  { signWrite, database }: DirectWriteContext,
  bytes: number,
  { owner, ...options }: OwnerOptions,
): Promise<WritePlan | undefined> {
  const place = newPlace(owner);
  const signing = { ...options, seconds: signedSeconds };
  const request = await signWrite(incomingPrefix + place.name, bytes, signing);
  if (request === undefined) return undefined;
  await openPlace(database, place, options);
  return { request, token: place.token };
}

/**
 * Takes the pack that somebody put at their place. The bucket copies it first, to a name that was never signed; it is the copy
 * that is read and checked, so that who writes to the place again changes nothing.
 *
 * @throws CairnError as {@link adoptPack}, and `not_found` where there is no such place, or nothing at it.
 */
export async function adoptDirectWrite(
  context: DirectWriteContext,
  token: string,
  { owner, ...options }: AdoptOptions & OwnerOptions,
): Promise<AdoptedPack> {
  const { objects, database, copy } = context;
  const { signal, maxBytes } = options;
  const incoming = incomingPrefix + (await closePlace(database, token, owner, { signal }));
  const name = newPackName();
  const key = packKey(name);
  try {
    const found = await objects.stat(incoming, { signal });
    if (found === undefined) throw nothingThere();
    if (maxBytes !== undefined && found.size > maxBytes) throw tooLarge(maxBytes);
    await announcePack(database, { name, size: found.size }, { signal });
    await copy(incoming, key, { signal });
    const home = bucketHome(context, { isThere: true });
    return await adoptPack({ ...context, home, name }, objects.open(key, { signal }), options);
  } catch (error) {
    await withdraw(context, name);
    throw error;
  } finally {
    // What is left over is swept.
    await objects.delete([incoming]).catch(() => undefined);
  }
}

/** Leaves nothing of a pack, unless it was made one: its announced row is taken away by who makes its rows. */
async function withdraw(context: DirectWriteContext, name: string): Promise<void> {
  try {
    if (await withdrawPack(context.database, name, {})) await removePacks(context, [{ name, size: 0 }], {});
  } catch {
    // It is swept.
  }
}

function nothingThere(): CairnError {
  return new CairnError('not_found', 'nothing was written to the place for the pack', {
    hint: 'Ask for another one, or send the pack itself.',
  });
}

function tooLarge(maxBytes: number): CairnError {
  return new CairnError('quota_exceeded', `the pack that was sent has more than ${maxBytes} bytes`, {
    hint: 'Send what it holds in several packs.',
  });
}
