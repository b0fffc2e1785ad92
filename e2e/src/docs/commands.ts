/** Every command that a page may show, and the file which runs that very command. */
const commands: ReadonlyMap<string, string> = new Map([
  ['npm test', '.ci/run'],
  ['npm run demo', '.ci/run'],
  ['npm i @cairn/sdk', 'e2e/consumers/sdk.test.ts'],
  ['npm i @cairn/core @cairn/http', 'e2e/consumers/foreign-handler.test.ts'],
  ['npm i -D @cairn/conformance @types/node typescript vitest', 'e2e/consumers/foreign-handler.test.ts'],
]);

/** The calls of the command line are its examples, which its tests hold against the table of commands. */
const table = 'packages/cli/src/table';

export function runnerOf(command: string): string | undefined {
  return commands.get(command) ?? (/\bcairn /.test(command) ? table : undefined);
}
