// Keeps packages/*/api.json: the public names of every entry of a package, read from its built declarations.
//   node tools/api-snapshot.mjs [--check] [folder…]     all packages when no folder is given
// With --check nothing is written, and a difference is an error that names what was added or removed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

/** @typedef {'value' | 'type'} Kind */
/** @typedef {Record<string, { values: string[], types: string[] }>} Api */

const flags = process.argv.slice(2);
const check = flags.includes('--check');
const named = flags.filter((flag) => flag !== '--check').map((folder) => resolve(folder));
const packages = fileURLToPath(new URL('../packages', import.meta.url));
const folders = named.length > 0 ? named : readdirSync(packages).map((name) => join(packages, name));

for (const folder of folders) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = join(folder, 'api.json');
  const now = snapshot(folder, exports);
  if (!check) {
    writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
    continue;
  }
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const changes = [...difference(now, before, 'added'), ...difference(before, now, 'removed')];
  if (changes.length === 0) continue;
  console.error(`${name}: public names differ from api.json`);
  for (const change of changes) console.error(`  ${change}`);
  console.error('  Intended? Run `npm run build && npm run api` and commit api.json with a changeset.');
  process.exitCode = 1;
}

/** @param {string} folder @param {Record<string, string | { types: string }>} exports @returns {Api} */
function snapshot(folder, exports) {
  /** @type {Api} */
  const api = {};
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue; // ./package.json
    const names = [...publicNames(join(folder, target.types))].sort(([a], [b]) => (a < b ? -1 : 1));
    const ofKind = (/** @type {Kind} */ kind) =>
      names.filter((found) => found[1] === kind).map(([name]) => name);
    api[entry] = { values: ofKind('value'), types: ofKind('type') };
  }
  return api;
}

/** @param {string} file @returns {Map<string, Kind>} */
function publicNames(file) {
  const { module, program, errors } = parseSync(file, readFileSync(file, 'utf8'));
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const declared = declarations(program.body);
  /** @type {Map<string, Kind>} */
  const names = new Map();
  for (const { exportName, localName, moduleRequest, isType } of module.staticExports.flatMap(
    (e) => e.entries,
  )) {
    if (exportName.kind === 'None' && moduleRequest) {
      const target = join(dirname(file), moduleRequest.value.replace(/\.js$/, '.d.ts'));
      for (const [name, kind] of publicNames(target)) names.set(name, isType ? 'type' : kind);
    } else {
      const name = exportName.kind === 'Default' ? 'default' : (exportName.name ?? '');
      // A re-exported type carries the keyword `type` (verbatimModuleSyntax); a declaration here is looked up.
      const kind = moduleRequest ? (isType ? 'type' : 'value') : declared.get(localName.name ?? name);
      names.set(name, kind ?? 'value');
    }
  }
  return names;
}

/** @param {import('oxc-parser').Program['body']} statements @returns {Map<string, Kind>} */
function declarations(statements) {
  /** @type {Map<string, Kind>} */
  const declared = new Map();
  for (const statement of statements) {
    const node = /** @type {any} */ ('declaration' in statement && statement.declaration) || statement;
    const kind = /^TS(Interface|TypeAlias)Declaration$/.test(node.type) ? 'type' : 'value';
    const ids = node.type === 'VariableDeclaration' ? node.declarations : [node];
    for (const { id } of ids) if (id?.name && declared.get(id.name) !== 'value') declared.set(id.name, kind);
  }
  return declared;
}

/** What `a` has and `b` has not. @param {Api} a @param {Api} b @param {string} verb */
function difference(a, b, verb) {
  return Object.entries(a).flatMap(([entry, { values, types }]) => [
    ...values.filter((name) => !b[entry]?.values.includes(name)).map((name) => `${verb} ${name} in ${entry}`),
    ...types
      .filter((name) => !b[entry]?.types.includes(name))
      .map((name) => `${verb} type ${name} in ${entry}`),
  ]);
}
