/** What a server takes at most. Each is the same for every server of this version of the API. */

/** The longest JSON body, in bytes: a commit with the largest metadata and description, every character escaped. */
export const maxJsonBytes: number = 16 * 1024 * 1024;
/** How deep JSON may nest: metadata has 64 levels, and lies a few levels deep in requests and answers. */
export const maxJsonDepth = 72;
/** The longest query of a list, in bytes of JSON before it is percent-encoded. */
export const maxQueryBytes: number = 4 * 1024;
/** The most items of one page. */
export const maxPageItems = 1000;
/** A page ends early behind the item that brings its JSON to so many bytes. */
export const maxPageBytes: number = 4 * 1024 * 1024;
/** The most digests of one `missing`. */
export const maxMissingDigests = 131_072;
/** The most digests of one `read`. */
export const maxReadDigests = 4096;
/** A blob of more bytes is not sent by `read`, which then says how large it is. */
export const maxReadBytes: number = 256 * 1024;
/** The largest pack, in bytes. */
export const maxPackBytes: number = 80 * 1024 * 1024;
/** The most nodes of a lineage graph. */
export const maxLineageNodes = 10_000;
