// Starts a run, says so, and goes on for ever. Usage: start-run.mjs <folder> <id>
import { openStore, thisProcess } from '@cairn/store';

const [folder, id] = process.argv.slice(2);
const { catalog } = await openStore(folder);
const { state } = await catalog.startRun({ entity: 'e', project: 'p', id, config: {}, owner: thisProcess() });
console.log(JSON.stringify({ state }));
setInterval(() => undefined, 1000);
