import type { Command } from './command.js';
import { changeCommands } from './table/change.js';
import { keepCommands } from './table/keep.js';
import { lookCommands } from './table/look.js';
import { moveCommands } from './table/move.js';
import { serveCommands } from './table/serve.js';
import { setUpCommands } from './table/set-up.js';

/** Every command there is. */
export const commands: readonly Command[] = [
  ...lookCommands,
  ...moveCommands,
  ...changeCommands,
  ...keepCommands,
  ...serveCommands,
  ...setUpCommands,
];
