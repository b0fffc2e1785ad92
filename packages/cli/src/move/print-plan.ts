import type { Artifact } from '@cairn/sdk';
import { sizeText } from '../look/entry-list.js';
import { bytesText, countOf } from '../output/format.js';
import type { Output } from '../output/output.js';
import { type ListRequest, printList } from '../output/print-list.js';

interface PlannedEntry {
  readonly path: string;
  readonly size: number | undefined;
}

const plannedList: ListRequest<PlannedEntry> = {
  columns: [
    { heading: 'PATH', shrinks: true, text: ({ path }) => path, color: ({ cyan }) => cyan },
    { heading: 'SIZE', align: 'right', text: ({ size }) => sizeText(size), exact: ({ size = '' }) => size },
  ],
  id: ({ path }) => path,
  json: ({ path, size = null }) => ({ path, size }),
};

/** Prints what would be in an artifact. */
export async function printPlan(output: Output, artifact: Artifact): Promise<void> {
  const sum = { count: 0, bytes: 0 };
  async function* counted(): AsyncGenerator<PlannedEntry> {
    for await (const entry of artifact.added()) {
      sum.count++;
      sum.bytes += entry.size ?? 0;
      yield entry;
    }
  }
  await printList(output, counted(), plannedList);
  output.talk(
    `would log ${artifact.name} (${artifact.type}) with ${countOf(sum.count, 'file')}, ${bytesText(sum.bytes)}; nothing was stored`,
  );
}
