import { printable } from '@cairn/core';
import type { Version } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { flatten } from '../look/flatten.js';
import { runJson, runText } from '../look/run-text.js';
import { addressOf, aliasesOf, versionJson } from '../look/version-list.js';
import { agoText, bytesText, countOf, durationText } from '../output/format.js';
import { printRecord } from '../output/print-list.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, signal } = invocation;
  const api = await invocation.api();
  const version = await api.artifact(args[0] ?? '', { signal });
  if (output.isQuiet && output.format === 'text') return output.write(`${invocation.refOf(version)}\n`);
  const loggedBy = await version.loggedBy({ signal });
  let uses = 0;
  for await (const _ of version.usedBy({ signal })) uses++;
  if (output.format === 'json') {
    const run = loggedBy === undefined ? null : runJson(loggedBy);
    return printRecord(output, { ...versionJson(version), ttl: version.ttl ?? null, loggedBy: run, uses });
  }
  const { bold, dim, green } = output.colors;
  const facts: [string, string][] = [
    ['digest', version.digest],
    ['aliases', green(aliasesOf(version).map(printable).join(', '))],
    ['tags', [...version.tags].join(', ')],
    ['holds', `${countOf(version.entryCount, 'file')}, ${bytesText(version.size)}`],
    ['created', `${version.createdAt}  ${dim(agoText(version.createdAt))}`],
    ['kept', version.ttl === undefined ? '' : `for ${durationText(version.ttl)} after that`],
    ['logged by', loggedBy === undefined ? '' : runText(loggedBy)],
    ['used by', uses === 0 ? '' : countOf(uses, 'run')],
    ['about', version.description === undefined ? '' : indented(version.description)],
  ];
  const lines = [
    `${bold(addressOf(version))}  ${version.type}  ${dim(`${version.entity}/${version.project}`)}`,
  ];
  for (const [name, text] of facts) if (text !== '') lines.push(`  ${dim(name.padEnd(9))}  ${text}`);
  lines.push(...metadataLines(version, dim));
  await output.write(`${lines.join('\n')}\n`);
  output.talk(dim(`use it:  run.useArtifact('${version.entity}/${version.project}/${addressOf(version)}')`));
}

function metadataLines({ metadata }: Version, dim: (text: string) => string): string[] {
  const values = [...flatten(metadata)];
  if (values.length === 0) return [];
  const width = Math.min(40, Math.max(...values.map(({ key }) => key.length)));
  return [dim('metadata'), ...values.map(({ key, text }) => `  ${key.padEnd(width)}  ${text}`)];
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map(printable)
    .join(`\n${' '.repeat(13)}`);
}
