import { CairnError } from '@cairn/core';
import type { WorkspaceOptions } from '@cairn/sdk';
import { UsageError } from './failure/usage-error.js';
import type { Invocation } from './invocation.js';
import type { Options } from './options.js';
import type { Output } from './output/output.js';
import type { ProgressKind } from './progress/start-progress.js';
import { checkProfile, readSettings, type Settings } from './settings/settings.js';

/** @throws UsageError when the settings can't be read or contradict each other. */
export function createInvocation(
  given: Pick<Invocation, 'args' | 'options' | 'output' | 'signal' | 'whenStopped'>,
): Invocation {
  const { options, output } = given;
  const { env } = process;
  const settings = readSettings({ flags: flagsOf(options), env, cwd: process.cwd() });
  const workspace = () => {
    checkProfile(settings);
    return workspaceOf(settings);
  };
  return {
    ...given,
    settings,
    env,
    cwd: process.cwd(),
    progress: progressOf(options, output),
    confirms: options.has('yes'),
    workspace,
    async api() {
      const { Api, findStore } = await import('@cairn/sdk');
      const { location, exists } = findStore(workspace().store as string | undefined);
      if (exists) return new Api(workspace());
      throw new CairnError('not_found', `there is no store at ${location}`, {
        hint: 'Name one with --store, make one with cairn put, or look around in one made by cairn demo.',
      });
    },
  };
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

function workspaceOf({ values: { store, entity, project } }: Settings): WorkspaceOptions {
  return { store: store?.value, entity: entity?.value, project: project?.value };
}

function progressOf(options: Options, output: Output): ProgressKind {
  const wanted = options.text('progress') ?? 'auto';
  if (wanted !== 'auto') return wanted as ProgressKind;
  if (output.isQuiet) return 'none';
  return output.isInteractive ? 'bar' : 'plain';
}
