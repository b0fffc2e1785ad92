import { text } from 'node:stream/consumers';
import { type Account, openAccount } from '@cairn/remote';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { printIdentity } from '../server/print-identity.js';
import { changeUserFile } from '../settings/change-settings.js';
import { isUrl } from '../settings/settings.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, settings, signal } = invocation;
  const given = args[0] ?? settings.values.store?.value;
  if (given === undefined || !isUrl(given)) {
    throw new UsageError('there is no server to log in to', 'Name it: cairn login https://cairn.example.com');
  }
  const { url, token } = splitSetupLink(given);
  const apiKey = token === undefined ? await askKey(invocation, url) : await setUp(invocation, url, token);
  const me = await withKey(url, apiKey, (account) => account.whoAmI({ signal }));
  changeUserFile(settings.userFile, settings.profile, { store: url, apiKey });
  await printIdentity(output, me, url);
  const { store } = settings.values;
  if (store !== undefined && store.source !== 'user file' && store.value !== url && args[0] !== undefined) {
    output.talk(`here ${store.value} is the store all the same, because of ${store.origin}`);
  }
}

/** The link that a new server shows is its URL, and behind `#` what makes the first key. */
function splitSetupLink(given: string): { readonly url: string; readonly token?: string } {
  const [, url, token] = /^([^#]*?)\/setup#(.+)$/s.exec(given) ?? [];
  if (url !== undefined && token !== undefined) return { url, token };
  return { url: given.replace(/\/+$/, '') };
}

async function setUp({ options, env, signal }: Invocation, url: string, token: string): Promise<string> {
  const user = options.text('user') ?? env.USER ?? env.USERNAME;
  if (!user) throw new UsageError('the first user needs a name', 'Say it with --user.');
  const { secret } = await withKey(url, undefined, (account) => account.setUp(token, { user }, { signal }));
  return secret;
}

async function askKey({ options, output, signal }: Invocation, url: string): Promise<string> {
  if (options.has('with-token')) return given((await text(process.stdin)).trim());
  if (!output.isInteractive) {
    throw new UsageError('there is nobody to ask for the key', 'Give it by stdin, with --with-token.');
  }
  const { password } = await import('@clack/prompts');
  const answer = await password({ message: `The key for ${url}`, output: process.stderr, signal });
  return given(typeof answer === 'string' ? answer.trim() : '');
}

function given(key: string): string {
  if (key !== '') return key;
  throw new UsageError('there is no key', 'Make one at the server: cairn key create.');
}

async function withKey<T>(
  url: string,
  apiKey: string | undefined,
  use: (account: Account) => Promise<T>,
): Promise<T> {
  const account = openAccount({ url, apiKey });
  try {
    return await use(account);
  } finally {
    await account.close();
  }
}
