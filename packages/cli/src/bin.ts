#!/usr/bin/env node
import { cliVersion } from './cli-version.js';
import { hearOwnStreams } from './output/own-streams.js';

const [first, ...more] = process.argv.slice(2);

// Asked for so often, by scripts and by people, that it loads nothing else.
if ((first === '--version' || first === '-V') && more.length === 0) {
  hearOwnStreams();
  process.stdout.write(`${cliVersion()}\n`);
} else {
  const { main } = await import('./main.js');
  process.exitCode = await main(process.argv.slice(2));
}
