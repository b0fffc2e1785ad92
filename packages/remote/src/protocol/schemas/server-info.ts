import type { ContentAlgorithm } from '@cairn/core';
import * as v from 'valibot';
import { count, shortText } from './basics.js';

/** What a server says of itself, before anybody has shown a key. All but `direct` never changes for one store. */
export interface ServerInfo {
  /** By which it is told from other web servers. */
  readonly server: 'cairn';
  /** Of the server's program. */
  readonly version: string;
  /** The API that it speaks. */
  readonly api: 1;
  /** What identifies bytes in its store. */
  readonly algorithm: ContentAlgorithm;
  /** How its store cuts large blobs; see `docs/store-format.md`. */
  readonly chunker: {
    readonly name: string;
    readonly min: number;
    readonly average: number;
    readonly max: number;
  };
  /** What clients may do with the bucket itself, by signed requests that the server gives them. Default: nothing. */
  readonly direct?: { readonly downloads: boolean; readonly uploads?: boolean | undefined } | undefined;
}

export const serverInfo: v.GenericSchema<unknown, ServerInfo> = v.object({
  server: v.literal('cairn'),
  version: shortText,
  api: v.literal(1),
  algorithm: v.picklist(['blake3', 'sha256']),
  chunker: v.object({ name: shortText, min: count, average: count, max: count }),
  direct: v.optional(v.object({ downloads: v.boolean(), uploads: v.optional(v.boolean()) })),
});

/** What a commit relies on, and how many entries it may have. Default: as many as the server turns out to take. */
export interface BasisAnswer {
  readonly basis: string;
  readonly maxEntries?: number | undefined;
}

export const basisAnswer: v.GenericSchema<unknown, BasisAnswer> = v.object({
  basis: shortText,
  maxEntries: v.optional(count),
});

/** What became of a pack: all its records are the project's now, and durable. */
export const packAnswer: v.GenericSchema<unknown, { readonly records: number }> = v.object({
  records: count,
});
