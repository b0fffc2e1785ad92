import { CairnError } from '@cairn/core';
import { currentRun } from './run/current-run.js';
import type { Run } from './run.js';
import { warnIfUnwatched } from './util/watched-promise.js';

/** `run.useArtifact` of the current run. @throws CairnError `no_active_run`, and as that. */
export const useArtifact: Run['useArtifact'] = ((...call: Parameters<Run['useArtifact']>) =>
  currentRun()?.useArtifact(...call) ?? noActiveRun()) as Run['useArtifact'];

/** `run.logArtifact` of the current run. @throws CairnError `no_active_run`, and as that. */
export const logArtifact: Run['logArtifact'] = ((...call: Parameters<Run['logArtifact']>) =>
  currentRun()?.logArtifact(...call) ?? noActiveRun()) as Run['logArtifact'];

function noActiveRun(): Promise<never> {
  const error = new CairnError('no_active_run', 'there is no current run here', {
    hint: 'Call it inside withRun, or after init. To read without a run: new Api().artifact(…).',
  });
  return warnIfUnwatched(Promise.reject(error));
}
