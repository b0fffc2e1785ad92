import type { BlobStore, ContentDigest, ProjectRef, Store } from '@cairn/core';
import { memoryBlobStore, memoryCatalog } from '@cairn/core/memory';

/** A store in memory that keeps projects apart, and notes of which blobs of a project the bytes were asked for. */
export interface ApartStore extends Store {
  readonly read: { readonly project: string; readonly digest: ContentDigest }[];
}

export function apartStore(): ApartStore {
  const read: ApartStore['read'] = [];
  const projects = new Map<string, BlobStore>();
  function make({ entity, project }: ProjectRef): BlobStore {
    const inner = memoryBlobStore();
    const blobs: BlobStore = {
      ...inner,
      open(digest, options) {
        read.push({ project, digest });
        return inner.open(digest, options);
      },
    };
    projects.set(`${entity}/${project}`, blobs);
    return blobs;
  }
  return {
    location: 'memory:',
    read,
    blobsOf: (ref) => projects.get(`${ref.entity}/${ref.project}`) ?? make(ref),
    catalog: memoryCatalog(),
    async close() {},
  };
}
