import type { VerifyReport } from '@cairn/sdk';
import { countOf } from '../output/format.js';
import type { Output } from '../output/output.js';
import { type ListRequest, printList } from '../output/print-list.js';

interface PlannedFile {
  readonly path: string;
  readonly action: 'write' | 'replace' | 'remove';
}

const plannedList: ListRequest<PlannedFile> = {
  columns: [
    { heading: 'ACTION', text: ({ action }) => action, color: ({ yellow }) => yellow },
    { heading: 'PATH', shrinks: true, text: ({ path }) => path },
  ],
  id: ({ path }) => path,
  json: (file) => file,
};

/** Prints what would be done to a folder to make it hold a version. */
export async function printFolderPlan(output: Output, report: VerifyReport, exact: boolean): Promise<void> {
  const actions = [
    ['write', report.missing],
    ['replace', [...report.changed, ...report.unverified]],
    ['remove', exact ? report.stranger : []],
  ] as const;
  await printList(
    output,
    actions.flatMap(([action, paths]) => paths.map((path) => ({ action, path }))),
    plannedList,
  );
  output.talk(`there and right: ${countOf(report.ok.length, 'file')}; nothing was written`);
}
