import type { Version } from '@cairn/sdk';

/** Prints where a version comes from: the run that logged it, what that run used, and so on back to the sources. */
export async function printLineage(version: Version, lead = '  ', branch = ''): Promise<void> {
  const next = lead + (branch === '' ? '' : branch.startsWith('└') ? '   ' : '│  ');
  console.log(`${lead}${branch}${version.name}:${version.version}  ${version.type}`);
  const run = await version.loggedBy();
  if (run === undefined) return printReferences(version, next);
  console.log(`${next}└─ run ${run.id}  (${run.jobType}, ${run.state})`);
  const inputs: Version[] = [];
  for await (const input of run.usedArtifacts()) inputs.push(input);
  for (const [i, input] of inputs.entries()) {
    await printLineage(input, `${next}   `, i === inputs.length - 1 ? '└─ ' : '├─ ');
  }
}

async function printReferences(version: Version, lead: string): Promise<void> {
  for await (const entry of version.entries()) {
    if (entry.ref() !== undefined) console.log(`${lead}└─ ${entry.path}  ${entry.digest}`);
  }
}
