import type { Invocation } from '../invocation.js';
import { changeUserFile } from '../settings/change-settings.js';
import { readUserFile } from '../settings/files.js';

export async function run({ output, settings, env }: Invocation): Promise<void> {
  const { userFile, profile } = settings;
  const { profiles } = readUserFile(userFile);
  const own = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
  if (own?.apiKey === undefined) {
    output.talk(`the profile "${profile}" has no key`);
  } else {
    changeUserFile(userFile, profile, { apiKey: undefined });
    output.talk(`forgot the key for ${own.store}; it is valid until it is revoked: cairn key revoke`);
  }
  if (env.CAIRN_API_KEY) output.talk('the environment still has one, in CAIRN_API_KEY');
}
