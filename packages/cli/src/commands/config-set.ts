import { join } from 'node:path';
import type { Invocation } from '../invocation.js';
import { changeProjectFile, changeUserFile } from '../settings/change-settings.js';
import { checkKey, checkValue } from '../settings/check-setting.js';
import { projectFileName } from '../settings/files.js';

export async function run({ args, options, output, settings, cwd }: Invocation): Promise<void> {
  const key = checkKey(args[0] ?? '');
  const value = checkValue(key, args[1] ?? '');
  const { profile, projectFile = join(cwd, projectFileName), userFile } = settings;
  const file = options.has('in-project') ? projectFile : userFile;
  if (options.has('in-project')) changeProjectFile(file, { [key]: value });
  else changeUserFile(file, profile, { [key]: value });
  output.talk(`${key} is ${value} in ${file}`);
}
