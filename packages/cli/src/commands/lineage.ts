import type { LineageGraph } from '@cairn/sdk';
import { UsageError } from '../failure/usage-error.js';
import type { Invocation } from '../invocation.js';
import { graphJson, toDot, toMermaid } from '../look/lineage-formats.js';
import { lineageLines } from '../look/lineage-tree.js';
import { cutLine } from '../output/cut.js';
import { printRecord } from '../output/print-list.js';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, output, signal } = invocation;
  const [up, down] = [options.has('up'), options.has('down')];
  if (up && down) throw new UsageError('--up and --down together are what comes without them');
  const direction = up ? 'up' : down ? 'down' : 'both';
  const depth = options.whole('depth', 1) ?? 10;
  const version = await (await invocation.api()).artifact(args[0] ?? '', { signal });
  const graph = await version.lineage({ direction, depth, signal });
  const format = output.format === 'json' ? 'json' : (options.text('format') ?? 'tree');
  if (format === 'json') return printRecord(output, graphJson(graph));
  if (format === 'tree') {
    const lines = lineageLines(graph, direction, output.colors).map((line) => cutLine(line, output.width));
    await output.write(`${lines.join('\n')}\n`);
  } else await output.write(format === 'dot' ? toDot(graph) : toMermaid(graph));
  if (graph.beyond.size > 0) output.talk(`${beyondText(graph)}; see more with --depth`);
}

function beyondText({ beyond }: LineageGraph): string {
  const count = [...beyond.values()].reduce((sum, each) => sum + each, 0);
  return `${count} more not shown`;
}
