import { findStore } from '@cairn/sdk';
import type { Invocation } from '../invocation.js';
import { printRecord } from '../output/print-list.js';

export async function run({ output, settings, workspace }: Invocation): Promise<void> {
  const { values, profile, projectFile, userFile } = settings;
  const { location, exists } = findStore(workspace().store, workspace());
  const entity = values.entity?.value ?? 'local';
  const project = values.project?.value ?? 'default';
  if (output.format === 'json') {
    const files = { projectFile: projectFile ?? null, userFile };
    return printRecord(output, { store: location, exists, entity, project, profile, ...files });
  }
  if (output.isQuiet) return output.write(`${location}\n`);
  const { dim, yellow } = output.colors;
  const because = (origin: string | undefined) => dim(`  ${origin ?? 'by default'}`);
  const rows = [
    ['store', `${location}${exists ? '' : yellow('  not there yet')}${because(values.store?.origin)}`],
    ['entity', `${entity}${because(values.entity?.origin)}`],
    ['project', `${project}${because(values.project?.origin)}`],
    ['profile', profile],
    ['settings', [projectFile, userFile].filter((file) => file !== undefined).join('\n            ')],
  ];
  await output.write(`${rows.map(([name = '', text]) => `${dim(name.padEnd(10))}  ${text}`).join('\n')}\n`);
}
