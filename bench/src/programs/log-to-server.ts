import { once } from 'node:events';
import { Artifact, withRun } from '@cairn/sdk';
import { bikes } from '../commit-request.js';
import type { Told } from './log-as-team.js';

// Some clients of one process, each with a run of its own, which log into one collection of a server.
const [store, index, clients, versionsEach] = process.argv.slice(2);
process.send?.('ready');
await once(process, 'message');
await Promise.all(Array.from({ length: Number(clients) }, (_, client) => logAll(client)));
process.disconnect();

async function logAll(client: number): Promise<void> {
  const { entity, project, name } = bikes;
  await withRun({ store, entity, project }, async (run) => {
    for (let i = 0; i < Number(versionsEach); i++) {
      const content = `content ${index} ${client} ${i}`;
      try {
        const artifact = new Artifact(name, { type: 'dataset' });
        await artifact.newFile('data.bin', content);
        const { version } = await run.logArtifact(artifact);
        tell({ version: Number(version.slice(1)), content });
      } catch (error) {
        tell({ error: String(error) });
      }
    }
  }).catch((error: unknown) => tell({ error: String(error) }));
}

function tell(told: Told): void {
  process.send?.(told);
}
