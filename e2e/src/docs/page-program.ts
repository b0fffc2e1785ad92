import { parseSync, type StaticImport, type StaticImportEntry } from 'oxc-parser';
import { isProgram, type Page } from './read-page.js';

/**
 * The `ts` blocks of a page as one module. Every line is where it is on the page, so that errors name the page's lines;
 * in the place of a closing fence stands a mark that says whose output ends here. What two blocks import alike is
 * imported once.
 */
export function pageProgram(page: Page): string {
  const lines = Array<string>(page.lineCount).fill('');
  const imported = new Set<string>();
  for (const { text, start, end } of page.blocks.filter(isProgram)) {
    const code = withoutRepeatedImports(text, imported).trimEnd().split('\n');
    lines.splice(start - 1, code.length, ...code);
    lines[end - 1] = `process.stdout.write(${JSON.stringify(mark(end))});`;
  }
  return lines.join('\n');
}

/** What each block printed, by the line of its closing fence. */
export function outputByBlock(page: Page, stdout: string): ReadonlyMap<number, string> {
  let rest = stdout;
  const outputs = new Map<number, string>();
  for (const { end } of page.blocks.filter(isProgram)) {
    const [own = '', ...after] = rest.split(mark(end));
    outputs.set(end, own);
    rest = after.join('');
  }
  return outputs;
}

function mark(line: number): string {
  return `\u001e${line}\u001e`;
}

function withoutRepeatedImports(code: string, imported: Set<string>): string {
  let result = '';
  let at = 0;
  for (const statement of parseSync('block.ts', code).module.staticImports) {
    const { start, end } = statement;
    const fresh = statement.entries
      .map((entry) => importOf(statement, entry))
      .filter((one) => !imported.has(one));
    for (const one of fresh) imported.add(one);
    const replacement =
      fresh.length === statement.entries.length
        ? code.slice(start, end)
        : fresh.join(' ') + '\n'.repeat(code.slice(start, end).split('\n').length - 1);
    result += code.slice(at, start) + replacement;
    at = end;
  }
  return result + code.slice(at);
}

function importOf(
  { moduleRequest }: StaticImport,
  { importName, localName, isType }: StaticImportEntry,
): string {
  const names = {
    Name: `{ ${importName.name} as ${localName.value} }`,
    NamespaceObject: `* as ${localName.value}`,
    Default: localName.value,
  }[importName.kind];
  return `import ${isType ? 'type ' : ''}${names} from ${JSON.stringify(moduleRequest.value)};`;
}
