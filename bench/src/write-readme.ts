// Writes the section of the root's README that shows what the last run of bench:peers gave.
import { readFileSync, writeFileSync } from 'node:fs';
import { replaceBlock } from './peers/marked-block.js';
import type { PeerReport } from './peers/peer-report.js';
import { readmeSection } from './peers/peer-tables.js';

const readme = new URL('../../README.md', import.meta.url);
const results = new URL('../results/peers.json', import.meta.url);
const report = JSON.parse(readFileSync(results, 'utf8')) as PeerReport;
writeFileSync(readme, replaceBlock(readFileSync(readme, 'utf8'), readmeSection(report)));
