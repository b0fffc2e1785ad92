/** Every command that a page may show, and the file which runs that very command. */
export const commands: ReadonlyMap<string, string> = new Map([
  ['npm test', '.ci/run'],
  ['npm run demo', '.ci/run'],
  ['npm i @cairn/sdk', 'e2e/consumers/sdk.test.ts'],
  ['npm i @cairn/core @cairn/http', 'e2e/consumers/foreign-handler.test.ts'],
  ['npm i -D @cairn/conformance @types/node typescript vitest', 'e2e/consumers/foreign-handler.test.ts'],
]);
