import { CairnError } from '@cairn/core';
import type { Command } from './command.js';
import { UsageError } from './failure/usage-error.js';
import type { Invocation, Place } from './invocation.js';
import { readLink } from './look/read-link.js';
import { refFrom } from './look/ref-from.js';
import type { Options } from './options.js';
import type { Output } from './output/output.js';
import type { ProgressKind } from './progress/start-progress.js';
import { checkedKey } from './settings/api-key.js';
import { checkProfile, readSettings, type Settings } from './settings/settings.js';

/** @throws UsageError when the settings can't be read or contradict each other. */
export function createInvocation(
  command: Command,
  given: Pick<Invocation, 'args' | 'options' | 'output' | 'signal' | 'whenStopped'>,
): Invocation {
  const { options, output } = given;
  const { env } = process;
  const settings = readSettings({ flags: flagsOf(options), env, cwd: process.cwd() });
  const workspace = () => placeOf(settings);
  return {
    ...given,
    args: given.args.map((arg, at) => (isRef(command, at) ? readLink(arg, settings.values.store) : arg)),
    settings,
    env,
    cwd: process.cwd(),
    progress: progressOf(options, output),
    confirms: options.has('yes'),
    workspace,
    refOf: (what) => refFrom(settings, what),
    async api() {
      const { Api, findStore } = await import('@cairn/sdk');
      const { location, exists } = findStore(workspace().store, workspace());
      if (exists) return new Api(workspace());
      throw new CairnError('not_found', `there is no store at ${location}`, {
        hint: 'Name one with --store, make one with cairn put, or look around in one made by cairn demo.',
      });
    },
  };
}

/** Whether an argument names a version or a collection. */
function isRef({ args = [] }: Command, at: number): boolean {
  const { completes } = args[at] ?? args.at(-1) ?? {};
  return completes === 'version' || completes === 'collection';
}

function flagsOf(options: Options): Record<string, string | undefined> {
  const [store, host] = [options.text('store'), options.text('host')];
  if (store !== undefined && host !== undefined) {
    throw new UsageError('--store and --host name the same thing', 'Leave one of them out.');
  }
  return {
    store: store ?? host,
    entity: options.text('entity'),
    project: options.text('project'),
    profile: options.text('profile'),
  };
}

/** @throws UsageError when there is no such profile, or a key may not be sent. */
export function placeOf(settings: Settings): Place {
  checkProfile(settings);
  const { store, entity, project, mode } = settings.values;
  return {
    store: store?.value,
    entity: entity?.value,
    project: project?.value,
    mode: mode?.value as Place['mode'],
    apiKey: checkedKey(settings.apiKey, store),
  };
}

function progressOf(options: Options, output: Output): ProgressKind {
  const wanted = options.text('progress') ?? 'auto';
  if (wanted !== 'auto') return wanted as ProgressKind;
  if (output.isQuiet) return 'none';
  return output.canRedraw ? 'bar' : 'plain';
}
