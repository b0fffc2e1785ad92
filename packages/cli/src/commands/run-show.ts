import { printable } from '@cairn/core';
import type { Version } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { flatten } from '../look/flatten.js';
import { runJson, runText } from '../look/run-text.js';
import { agoText } from '../output/format.js';
import { printRecord } from '../output/print-list.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, signal } = invocation;
  const api = await invocation.api();
  const found = await api.run(args[0] ?? '', { signal });
  if (output.isQuiet && output.format === 'text') return output.write(`${found.id}\n`);
  const used = await addresses(found.usedArtifacts({ signal }));
  const logged = await addresses(found.loggedArtifacts({ signal }));
  if (output.format === 'json') return printRecord(output, { ...runJson(found), used, logged });
  const { bold, dim, red } = output.colors;
  const facts: [string, string][] = [
    ['id', found.id],
    ['project', `${found.entity}/${found.project}`],
    ['started', `${found.startedAt}  ${dim(agoText(found.startedAt))}`],
    ['error', red(printable(found.error ?? ''))],
    ...used.map((address): [string, string] => ['used', address]),
    ...logged.map((address): [string, string] => ['logged', address]),
  ];
  const lines = [bold(runText(found))];
  for (const [name, text] of facts) if (text !== '') lines.push(`  ${dim(name.padEnd(9))}  ${text}`);
  const config = [...flatten(found.config)];
  if (config.length > 0) lines.push(dim('config'), ...config.map(({ key, text }) => `  ${key}  ${text}`));
  await output.write(`${lines.join('\n')}\n`);
}

async function addresses(versions: AsyncIterable<Version>): Promise<string[]> {
  const found: string[] = [];
  for await (const version of versions) found.push(`${version}`);
  return found;
}
