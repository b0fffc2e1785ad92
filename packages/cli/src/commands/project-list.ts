import type { SeenProject } from '@cairn/store';
import type { Invocation } from '../invocation.js';
import { type ListRequest, printList } from '../output/print-list.js';
import { withManagement } from '../server/management.js';

const projectList: ListRequest<SeenProject> = {
  columns: [
    { heading: 'ENTITY', shrinks: true, text: ({ entity }) => entity },
    { heading: 'PROJECT', shrinks: true, text: ({ project }) => project, color: ({ cyan }) => cyan },
    { heading: 'ROLE', text: ({ role }) => role },
  ],
  id: ({ entity, project }) => `${entity}/${project}`,
  json: ({ entity, project, role }) => ({ entity, project, role }),
  empty: 'there are no projects yet; make one with: cairn project create NAME',
};

export async function run(invocation: Invocation): Promise<void> {
  const { options, output, signal } = invocation;
  await withManagement(invocation, ({ listProjects }) =>
    printList(output, listProjects({ entity: options.text('entity') }, { signal }), projectList),
  );
}
