import type { Invocation } from '../invocation.js';
import { withManagement } from '../server/management.js';
import { readProject } from '../server/read-project.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, output, settings, signal } = invocation;
  const project = readProject(args[0] ?? '', settings);
  await withManagement(invocation, (management) => management.createProject(project, { signal }));
  await output.write(`${project.entity}/${project.project}\n`);
}
