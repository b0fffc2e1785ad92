import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { largeFile } from '../data-sets/large-file.js';
import { writeDataSet } from '../data-sets/write-data-set.js';

// Data set A at a scale, and one large file.
const [scale, largeSize, folder = ''] = process.argv.slice(2);
writeDataSet('A', Number(scale), folder);
mkdirSync(join(folder, 'large'));
const file = openSync(join(folder, 'large/data.bin'), 'w');
for (const bytes of largeFile(Number(largeSize), 'cairn')) writeSync(file, bytes);
closeSync(file);
