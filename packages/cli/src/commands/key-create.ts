import { parseDuration } from '../duration.js';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { printRecord } from '../output/print-list.js';
import { keyJson, scopeText, stateText } from '../server/key-list.js';
import { withManagement } from '../server/management.js';
import { parseScope } from '../server/parse-scope.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, output, settings, signal } = invocation;
  const scopes = options
    .list('scope')
    .map((text) => parseScope(text, settings.values.entity?.value ?? 'local'));
  if (scopes.length === 0) {
    throw new UsageError('a key must open something', 'Say what, such as --scope bikes:write.');
  }
  const lifetime = options.text('expires');
  const expiresAt =
    lifetime === undefined
      ? undefined
      : new Date(Date.now() + parseDuration(lifetime, 'expires')).toISOString();
  const { key, secret } = await withManagement(invocation, (management) =>
    management.createKey({ name: args[0] ?? '', user: options.text('user'), scopes, expiresAt }, { signal }),
  );
  if (output.format === 'json') return printRecord(output, { ...keyJson(key), secret });
  await output.write(`${secret}\n`);
  output.talk(
    `the key "${key.name}" of ${key.user}: ${key.scopes.map(scopeText).join(', ')}; ${stateText(key)}`,
  );
  output.talk('It is shown this once. Use it as CAIRN_API_KEY, or: cairn login URL --with-token');
}
