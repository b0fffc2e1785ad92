import { statSync } from 'node:fs';
import { schemeOf } from '@cairn/core';
import { Artifact } from '../artifact.js';
import type { LogSourceOptions } from '../run.js';

/** The artifact that a path or URI stands for: one file, one folder, or the reference. */
export function artifactOf(source: string | URL, { name, type }: LogSourceOptions): Artifact {
  if (typeof source !== 'string' && !(source instanceof URL)) throw notAnArtifact();
  const artifact = new Artifact(name, { type });
  const text = String(source);
  // If it can't be added, logging says so.
  if (schemeOf(text) !== undefined) void artifact.addReference(text);
  else if (statSync(text, { throwIfNoEntry: false })?.isDirectory()) void artifact.addDir(text);
  else void artifact.addFile(text);
  return artifact;
}

export function notAnArtifact(): TypeError {
  return new TypeError('this is neither a text nor an Artifact of this copy of @cairn/sdk');
}
