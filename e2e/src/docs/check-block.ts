import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runnerOf } from './commands.js';
import { type CodeBlock, isProgram } from './read-page.js';

/** Languages that nothing here can run, and why a page may use them all the same. */
const shownOnly: ReadonlyMap<string, string> = new Map([
  ['text', 'what a program prints, compared where it follows one; else a picture made of letters'],
  ['mermaid', 'drawn by who shows the page'],
  ['bash', 'typed by who runs a server, on a machine that is theirs'],
  ['js', 'a part of a program for a machine that is theirs; whole ones are files'],
  ['nginx', 'the settings of another program'],
  ['yaml', 'the settings of another program'],
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
  const runner = runnerOf(command);
  if (runner === undefined) return [`no test runs ${command}`];
  return filesOf(join(root, runner)).some((text) => text.includes(command))
    ? []
    : [`${runner} does not run ${command}`];
}

/** The texts of a file, or of all in a folder; of a string literal, what it stands for. */
function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')];
  return readdirSync(path).map((name) => readFileSync(join(path, name), 'utf8').replaceAll("\\'", "'"));
}

function checkJson(text: string): string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [`not JSON: ${text.slice(0, 80)} (${error})`];
  }
}
