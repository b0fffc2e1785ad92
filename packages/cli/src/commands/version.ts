import { cliVersion } from '../cli-version.js';
import type { Invocation } from '../invocation.js';
import { printRecord } from '../output/print-list.js';

export async function run({ output }: Invocation): Promise<void> {
  const { version: node, platform, arch } = process;
  const release = { version: cliVersion(), node: node.slice(1), system: `${platform} ${arch}` };
  if (output.format === 'json') return printRecord(output, release);
  await output.write(
    output.isQuiet
      ? `${release.version}\n`
      : `cairn ${release.version}\nnode ${release.node}\n${release.system}\n`,
  );
}
