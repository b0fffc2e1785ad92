// Prints every version in the store that CAIRN_STORE names, one a line.
import { Api } from '@cairn/sdk';

const lines = [];
for await (const { project, name, version, digest } of new Api({ project: 'weather' }).artifacts()) {
  lines.push(`${project}/${name}:${version} ${digest}`);
}
console.log(lines.sort().join('\n'));
