import type { Invocation } from '../invocation.js';
import { useProfile } from '../settings/change-settings.js';
import { checkProfile } from '../settings/settings.js';

export async function run({ args, output, settings }: Invocation): Promise<void> {
  const [profile = ''] = args;
  checkProfile({ ...settings, profile });
  useProfile(settings.userFile, profile);
  output.talk(`profile ${profile} holds now`);
}
