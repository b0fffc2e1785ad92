import * as v from 'valibot';
import { count } from './basics.js';

/** A request to the bucket, for whoever has it. */
export interface PlannedRequest {
  /** A secret, for a few minutes. */
  readonly url: string;
  /** To be sent just so. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A part of a blob, and how to get it. */
export interface PlannedPart {
  /** Where in the blob it begins, in bytes. */
  readonly start: number;
  readonly end: number;
  /** The request that brings it; without one, it is asked of the server, as a range of the blob. */
  readonly request?:
    | (PlannedRequest & {
        /**
         * In base64, what it brings: a digest (32 bytes) and a length (4, little-endian) for each chunk, in order. A digest of
         * zeros is that of bytes to be passed over.
         */
        readonly rows: string;
      })
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
const request = {
  url: text,
  headers: v.record(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,100}$/)), text),
};

export const blobPlan: v.GenericSchema<unknown, BlobPlan> = v.object({
  parts: v.array(
    v.object({
      start: count,
      end: count,
      request: v.optional(
        v.object({
          ...request,
          rows: v.pipe(v.string(), v.maxLength(4 * 1024 * 1024), v.base64()),
        }),
      ),
    }),
  ),
});

/** Of what is to be written. */
export const packPlanBody: v.GenericSchema<unknown, { readonly bytes: number }> = v.object({
  bytes: v.pipe(count, v.minValue(1)),
});

/** How a pack is written to the bucket itself. No place: send it to the server. */
export interface PackPlan {
  readonly place?:
    | (PlannedRequest & {
        /** By which it is added once it is there: a secret too, of use to who got it, once, for an hour. */
        readonly token: string;
      })
    | undefined;
}

const token = v.pipe(v.string(), v.regex(/^[\w-]{1,200}$/));

export const packPlan: v.GenericSchema<unknown, PackPlan> = v.object({
  place: v.optional(v.object({ ...request, token })),
});

export const plannedPackBody: v.GenericSchema<unknown, { readonly token: string }> = v.object({ token });
