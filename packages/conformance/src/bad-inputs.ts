import { readFileSync } from 'node:fs';
import type { ErrorCode } from '@cairn/core';

/** One input of the corpus in `vectors/bad-inputs.json`. */
export interface BadInput {
  /** Stable. */
  readonly id: string;
  readonly area:
    | 'entry-path'
    | 'collision'
    | 'symlink'
    | 'name'
    | 'metadata'
    | 'uri'
    | 'api-auth'
    | 'blob'
    | 'presign'
    | 'logs'
    | 'dos'
    | 'control';
  /** What can receive it. */
  readonly at: readonly InputPlace[];
  /** As {@link expandInput} takes it. */
  readonly input: unknown;
  /** `contain`: it may be taken, but without the effect that `check` rules out. */
  readonly outcome: 'reject' | 'contain' | 'accept';
  /** Of the error, where the outcome is `reject`. */
  readonly code?: ErrorCode;
  readonly check: string;
  readonly why?: string;
}

export type InputPlace =
  | 'add'
  | 'commit'
  | 'download'
  | 'addDir'
  | 'blob'
  | 'reference'
  | 'foreignReference'
  | 'name'
  | 'type'
  | 'project'
  | 'entity'
  | 'alias'
  | 'aliases'
  | 'metadata'
  | 'description'
  | 'server';

/** The corpus, or what of it one place can receive. */
export function badInputs(at?: InputPlace): BadInput[] {
  const file = new URL('../vectors/bad-inputs.json', import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: BadInput[] };
  return at === undefined ? cases : cases.filter((input) => input.at.includes(at));
}

type Form =
  | { readonly kind: 'repeat'; readonly unit: string; readonly times: number }
  | { readonly kind: 'repeat-list'; readonly times: number }
  | { readonly kind: 'nest'; readonly type: 'array' | 'object'; readonly depth: number }
  | { readonly kind: 'bytes'; readonly base64: string }
  | { readonly kind: 'js'; readonly expr: string }
  | { readonly kind: 'jsonText'; readonly text: string }
  | { readonly kind: 'urlpath'; readonly value: string }
  | {
      readonly kind:
        | 'entries'
        | 'fs'
        | 'steps'
        | 'sparse'
        | 'redirect'
        | 'dns'
        | 'objects'
        | 'response'
        | 'request';
    };

/**
 * The values that the `input` of a {@link BadInput} stands for. Bytes come as `Uint8Array`, JSON text as text; what a test
 * has to set up itself (`fs`, `steps`, `entries`) comes as it is.
 */
export function expandInput(input: unknown): unknown[] {
  return (Array.isArray(input) ? input : [input]).map((value: unknown) =>
    typeof value === 'object' && value !== null && 'kind' in value ? expandForm(value as Form) : value,
  );
}

function expandForm(form: Form): unknown {
  switch (form.kind) {
    case 'repeat':
      return form.unit.repeat(form.times);
    case 'repeat-list':
      return Array.from({ length: form.times }, (_, n) => `name-${n}`);
    case 'nest':
      return nest(form.type, form.depth);
    case 'bytes':
      return new Uint8Array(Buffer.from(form.base64, 'base64'));
    case 'js':
      return new Function(`return (${form.expr});`)();
    case 'jsonText':
      return form.text;
    case 'urlpath':
      return decodeURIComponent(form.value);
    default:
      return form;
  }
}

function nest(type: string, depth: number): unknown {
  let value: unknown = type === 'array' ? [] : {};
  for (let level = 1; level < depth; level++) value = type === 'array' ? [value] : { a: value };
  return value;
}
