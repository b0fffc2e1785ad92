import { confirm } from '../confirm.js';
import type { Invocation } from '../invocation.js';
import { withManagement } from '../server/management.js';
import { readProject } from '../server/read-project.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, settings, signal } = invocation;
  const project = readProject(args[0] ?? '', settings);
  const name = `${project.entity}/${project.project}`;
  await confirm(invocation, { ask: `Delete the project ${name}?`, typed: name, isPreviewed: false });
  await withManagement(invocation, (management) => management.deleteProject(project, { signal }));
  await output.write(`${name}\n`);
}
