import type { Invocation } from '../invocation.js';
import { changeProjectFile, changeUserFile } from '../settings/change-settings.js';
import { checkKey } from '../settings/check-setting.js';

export async function run({ args, options, settings }: Invocation): Promise<void> {
  const key = checkKey(args[0] ?? '');
  const { profile, projectFile, userFile } = settings;
  if (!options.has('in-project')) changeUserFile(userFile, profile, { [key]: undefined });
  else if (projectFile !== undefined) changeProjectFile(projectFile, { [key]: undefined });
}
