import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { schemeOf } from '@cairn/core';
import type { Artifact, OnProgress } from '@cairn/sdk';
import { UsageError } from '../failure/usage-error.js';
import type { Options } from '../options.js';
import { countStream } from '../progress/count-stream.js';

/** What is to be put, by what it looks like. */
export type SourceKind = 'stdin' | 'uri' | 'folder' | 'file';

export interface Source {
  readonly kind: SourceKind;
  /** As it was given. */
  readonly text: string;
}

/** @throws UsageError when an option makes no sense for it. */
export function readSource(text: string, options: Options): Source {
  const kind = kindOf(text);
  if (text === '') throw new UsageError('the source is empty', 'Give a path, a URI, or - for stdin.');
  if (kind === 'stdin' && options.text('path') === undefined) {
    throw new UsageError(
      'what comes by stdin has no name',
      'Say what it is called in the artifact, with --path.',
    );
  }
  if (kind !== 'folder') only('folder', options, 'include', 'exclude');
  if (kind !== 'uri' && !options.has('checksum')) {
    throw new UsageError('--no-checksum is for a URI', 'Files are always stored with their checksum.');
  }
  return { kind, text };
}

function kindOf(text: string): SourceKind {
  if (text === '-') return 'stdin';
  if (schemeOf(text) !== undefined) return 'uri';
  return statSync(text, { throwIfNoEntry: false })?.isDirectory() === true ? 'folder' : 'file';
}

function only(what: string, options: Options, ...names: readonly string[]): void {
  const given = names.find((name) => options.list(name).length > 0);
  if (given !== undefined) throw new UsageError(`--${given} is for a ${what}`, 'Leave it out.');
}

/** The name of a source by itself; `undefined` for stdin. */
export function ownName({ kind, text }: Source): string | undefined {
  if (kind === 'stdin') return undefined;
  if (kind !== 'uri') return basename(resolve(text));
  return text
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')
    .split('/')
    .pop();
}

export interface AddSourceOptions {
  readonly options: Options;
  readonly signal: AbortSignal;
  /** Hears how much of stdin has come: that can take as long as all the rest. */
  readonly onProgress?: OnProgress;
}

/** Adds the source to an artifact. */
export async function addSource(
  artifact: Artifact,
  { kind, text }: Source,
  { options, signal, onProgress = () => undefined }: AddSourceOptions,
): Promise<void> {
  const name = options.text('path');
  if (kind === 'stdin') {
    return artifact.addFile(countStream(process.stdin, onProgress), { name, signal });
  }
  if (kind === 'uri') {
    await artifact.addReference(text, { name, checksum: options.has('checksum'), signal });
    return;
  }
  if (kind === 'file') return artifact.addFile(text, { name, signal });
  return artifact.addDir(text, {
    name,
    include: given(options, 'include'),
    exclude: given(options, 'exclude'),
    signal,
  });
}

function given(options: Options, name: string): readonly string[] | undefined {
  const list = options.list(name);
  return list.length === 0 ? undefined : list;
}
