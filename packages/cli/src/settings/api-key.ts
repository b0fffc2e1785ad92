import { UsageError } from '../failure/usage-error.js';
import type { FileValues } from './files.js';
import { isUrl, type Setting } from './settings.js';

/** Who one is to the server that is the store. */
export type ApiKey = { readonly key: Setting } | { readonly heldFrom: string } | undefined;

export interface ApiKeyRequest {
  readonly store: Setting | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the profile of the user says. */
  readonly own: FileValues | undefined;
  readonly userFile: string;
}

/**
 * The key for a server: that of the environment, else that of the user's profile for this very server.
 *
 * A project's file may come from someone else. It can name a server, but that alone doesn't send it a key: the user must
 * have named the same server, or else the key is held back.
 */
export function apiKeyFor({ store, env, own, userFile }: ApiKeyRequest): ApiKey {
  if (store === undefined || !isUrl(store.value)) return undefined;
  const isOwn = own?.store !== undefined && isUrl(own.store) && sameServer(own.store, store.value);
  const ofEnvironment = env.CAIRN_API_KEY || undefined;
  if (ofEnvironment !== undefined) {
    if (store.source === 'project file' && !isOwn) return { heldFrom: store.origin };
    return { key: { value: ofEnvironment, source: 'environment', origin: 'CAIRN_API_KEY' } };
  }
  if (!isOwn || own?.apiKey === undefined) return undefined;
  return { key: { value: own.apiKey, source: 'user file', origin: userFile } };
}

/** @throws UsageError when a key is there and may not be sent. */
export function checkedKey(apiKey: ApiKey, store: Setting | undefined): string | undefined {
  if (apiKey === undefined || 'key' in apiKey) return apiKey?.key.value;
  throw new UsageError(
    `the key in CAIRN_API_KEY is not sent to ${store?.value}, which only ${apiKey.heldFrom} names`,
    'If it is the right server, name it yourself: with --store, CAIRN_STORE, or cairn config set store URL.',
  );
}

function sameServer(a: string, b: string): boolean {
  return serverOf(a) === serverOf(b);
}

function serverOf(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url;
}
