import * as v from 'valibot';
import { count } from './basics.js';

/** A part of a blob, and how to get it. */
export interface PlannedPart {
  /** Where in the blob it begins, in bytes. */
  readonly start: number;
  readonly end: number;
  /** The request that brings it; without one, it is asked of the server, as a range of the blob. */
  readonly request?:
    | {
        /** A secret, for a few minutes. */
        readonly url: string;
        /** To be sent just so. */
        readonly headers: Readonly<Record<string, string>>;
        /**
         * In base64, what it brings: a digest (32 bytes) and a length (4, little-endian) for each chunk, in order. A digest of
         * zeros is that of bytes to be passed over.
         */
        readonly rows: string;
      }
    | undefined;
}

/** How a large blob is read from a place on. No parts: ask the server for the blob. */
export interface BlobPlan {
  /** One behind the other. They may end before the blob does: then ask again from there. */
  readonly parts: readonly PlannedPart[];
}

/** Which part of a blob to plan: from this byte on. Default: from the first. */
export const planParams: v.GenericSchema<unknown, { readonly at?: string | undefined }> = v.object({
  at: v.optional(v.pipe(v.string(), v.regex(/^[0-9]{1,15}$/))),
});

const text = v.pipe(v.string(), v.maxLength(16 * 1024));

export const blobPlan: v.GenericSchema<unknown, BlobPlan> = v.object({
  parts: v.array(
    v.object({
      start: count,
      end: count,
      request: v.optional(
        v.object({
          url: text,
          headers: v.record(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,100}$/)), text),
          rows: v.pipe(v.string(), v.maxLength(4 * 1024 * 1024), v.base64()),
        }),
      ),
    }),
  ),
});
