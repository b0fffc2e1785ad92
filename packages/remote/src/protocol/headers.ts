/** The names of headers that Cairn gives a meaning, in lower case. */

/** Names a request in the logs of both sides; a server makes one up where none is given. */
export const requestIdHeader = 'x-request-id';
/** By which algorithm the digests of a binary request are; another one than the store's is a `conflict`. */
export const algorithmHeader = 'cairn-algorithm';
/** On a pack: what `basis` answered before it was found out what is missing. */
export const basisHeader = 'cairn-basis';

/** Digests, one after the other, 32 bytes each, without their algorithm. */
export const digestsType = 'application/vnd.cairn.digests';
/** A bit for each digest. */
export const bitmapType = 'application/vnd.cairn.bitmap';
/** Blobs, each in a frame. */
export const framesType = 'application/vnd.cairn.frames';
/** A pack, as `docs/store-format.md` describes it. */
export const packType = 'application/vnd.cairn.pack';
