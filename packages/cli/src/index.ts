export type { Argument, Command, CommandOption, Completes, Example, JsonOutput, Run } from './command.js';
export { commands } from './commands.js';
export { type ExitCode, exitCodes } from './failure/exit-codes.js';
export { main } from './main.js';
export { manual } from './manual.js';
export { readSettings, type Setting, type Settings, type SettingsRequest } from './settings/settings.js';
