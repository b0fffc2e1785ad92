import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from './commands.js';
import { type CodeBlock, isProgram } from './read-page.js';

/** Languages that nothing here can run, and why a page may use them all the same. */
const shownOnly: ReadonlyMap<string, string> = new Map([
  ['text', 'what a program prints, compared where it follows one; else a picture made of letters'],
  ['mermaid', 'drawn by who shows the page'],
]);

/** What is wrong with a block that is not a program of its page. */
export function checkBlock(root: string, block: CodeBlock): string[] {
  const { language, file, text } = block;
  if (file !== undefined) return checkFile(root, file, text);
  if (isProgram(block) || shownOnly.has(language)) return [];
  if (language === 'sh') return text.split('\n').flatMap((line) => checkCommand(root, line));
  if (language === 'json') return checkJson(text);
  if (language === 'jsonl') return text.trimEnd().split('\n').flatMap(checkJson);
  return [`nothing runs ${language || 'a block that names no language'}`];
}

function checkFile(root: string, file: string, text: string): string[] {
  const path = join(root, file);
  if (!existsSync(path)) return [`there is no ${file}`];
  return readFileSync(path, 'utf8') === text ? [] : [`differs from ${file}`];
}

function checkCommand(root: string, line: string): string[] {
  const command = line.replace(/(^|\s)#.*$/, '').trim();
  if (command === '') return [];
  const runner = commands.get(command);
  if (runner === undefined) return [`no test runs ${command}`];
  return readFileSync(join(root, runner), 'utf8').includes(command)
    ? []
    : [`${runner} does not run ${command}`];
}

function checkJson(text: string): string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [`not JSON: ${text.slice(0, 80)} (${error})`];
  }
}
