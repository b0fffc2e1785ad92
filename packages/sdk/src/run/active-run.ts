import {
  CairnError,
  type CallOptions,
  heartbeatIntervalMs,
  type JsonObject,
  quote,
  type RunRecord,
} from '@cairn/core';
import { Artifact } from '../artifact.js';
import type {
  FinishOptions,
  LogOptions,
  LogSourceOptions,
  Run,
  RunSyncOptions,
  UseDraftOptions,
} from '../run.js';
import { versionsOfRun } from '../run-info.js';
import type { HeldStore } from '../store/store-access.js';
import type { SyncResult } from '../sync/sync-result.js';
import { accessTo, noTarget, syncAccess } from '../sync/sync-store.js';
import { abortable } from '../util/abortable.js';
import { type WatchedPromise, warnIfUnwatched } from '../util/watched-promise.js';
import { type LookUpOptions, lookUp } from '../version/look-up.js';
import type { LoggedVersion, Version } from '../version.js';
import type { Workspace } from '../workspace.js';
import { artifactOf, notAnArtifact } from './artifact-of.js';
import { createLines } from './lines.js';
import { PendingCalls } from './pending-calls.js';
import { watchProcess } from './process-watch.js';
import { oneLine, runFailure } from './run-failure.js';
import { type Storing, storeArtifact } from './store-artifact.js';

/**
 * How long a failure is kept from its caller to have it recorded, in milliseconds. A store that is away may be what failed, and
 * shows by the missing heartbeat that the run is over.
 */
const lastWordsMs = 5000;

/** A run of this process. */
export class ActiveRun implements Run {
  readonly id: string;
  readonly entity: string;
  readonly project: string;
  readonly name: string | undefined;
  readonly jobType: string | undefined;
  readonly config: JsonObject;
  state: Run['state'] = 'running';
  readonly #workspace: Workspace;
  readonly #held: HeldStore;
  readonly #storing: Storing;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #pending: PendingCalls;
  readonly #unwatchProcess: () => void;
  #hasCrashed = false;
  #isClosed = false;
  #ending: WatchedPromise<void> | undefined;

  constructor(workspace: Workspace, held: HeldStore, record: RunRecord) {
    const { store } = held;
    this.id = record.id;
    this.entity = record.entity;
    this.project = record.project;
    this.name = record.name;
    this.jobType = record.jobType;
    this.config = record.config;
    this.#workspace = workspace;
    this.#held = held;
    const beat = () => void store.catalog.heartbeat(this.id).catch(() => undefined);
    this.#heartbeat = setInterval(beat, heartbeatIntervalMs).unref();
    // A run by itself keeps no process alive; what it still has to store does.
    this.#pending = new PendingCalls((count) =>
      count > 0 ? this.#heartbeat.ref() : this.#heartbeat.unref(),
    );
    this.#storing = {
      runId: this.id,
      workspace,
      store,
      takePlace: createLines(),
      outlive: (work) => this.#pending.outlive(work),
    };
    this.#unwatchProcess = watchProcess({
      onCrash: () => {
        this.#hasCrashed = true;
      },
      lastWords: () => this.#lastWords(),
    });
  }

  get workspace(): Workspace {
    return this.#workspace;
  }

  /** Whether it takes no more calls. */
  get isOver(): boolean {
    return this.#isClosed;
  }

  logArtifact<M extends object>(
    what: Artifact<M> | string | URL,
    options: LogOptions | LogSourceOptions = {},
  ): Promise<LoggedVersion<M>> {
    const name = what instanceof Artifact ? what.name : (options as LogSourceOptions).name;
    return this.#call(`logging ${quote(String(name))}`, async () => {
      const artifact = what instanceof Artifact ? what : artifactOf(what, options as LogSourceOptions);
      return storeArtifact(this.#storing, artifact as Artifact<M>, 'output', options);
    });
  }

  useArtifact<M extends object>(
    what: Artifact<M> | string,
    options: UseDraftOptions & LookUpOptions = {},
  ): Promise<LoggedVersion<M>> {
    if (what instanceof Artifact) {
      const { signal, onProgress } = options;
      return this.#call(`using ${quote(what.name)}`, () =>
        storeArtifact(this.#storing, what, 'input', { signal, onProgress }),
      );
    }
    return this.#call(`using ${quote(String(what))}`, async () => {
      if (typeof what !== 'string') throw notAnArtifact();
      const { store } = this.#held;
      const version = await lookUp(this.#workspace, store, what, options);
      await store.catalog.recordUse(this.id, version.id, { signal: options.signal });
      return version as Version<object> as LoggedVersion<M>;
    });
  }

  usedArtifacts(options?: CallOptions): AsyncIterable<Version> {
    return this.#versions('input', options);
  }

  loggedArtifacts(options?: CallOptions): AsyncIterable<Version> {
    return this.#versions('output', options);
  }

  sync({ to, apiKey, ...options }: RunSyncOptions = {}): Promise<SyncResult> {
    const { entity, project } = this;
    const send = async () => {
      await this.#pending.settled();
      const target = to === undefined ? this.#workspace.server : accessTo(to, apiKey);
      if (target === undefined) throw noTarget();
      return syncAccess(this.#workspace.store, target, { entity, project }, options);
    };
    return abortable(send(), options.signal);
  }

  finish(options: FinishOptions = {}): Promise<void> {
    this.#isClosed = true;
    this.#ending ??= warnIfUnwatched(
      this.#end(options).catch((error: unknown) => {
        // Only what was recorded is over: else finish may be called again.
        if (this.state === 'running') this.#ending = undefined;
        throw error;
      }),
    );
    return this.#ending;
  }

  /** Finishes the run for good if nobody did: whoever did, and looked, has heard how that went. */
  async conclude(): Promise<void> {
    try {
      if (this.#ending?.isWatched !== true) await this.finish();
    } finally {
      await this.#leave();
    }
  }

  /** Ends the run for an error that its caller is about to hear of, and that no other may replace. */
  async fail(error: unknown): Promise<void> {
    const signal = AbortSignal.timeout(lastWordsMs);
    await this.finish({ state: 'failed', error, signal }).catch(warn);
    await this.#leave();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return this.conclude();
    await this.#pending.settled();
    const { unseen, firstError } = this.#pending;
    // If the block threw too, the language wraps both errors; this line says in any case what was not stored.
    if (unseen.length > 0) warn(runFailure(this.#label, unseen));
    const isDying = this.#hasCrashed || Number(process.exitCode ?? 0) !== 0;
    if (firstError !== undefined) await this.finish({ state: 'failed', error: firstError.error });
    else await this.finish(isDying ? { error: 'the process was about to end with an error' } : {});
  }

  #call<T>(label: string, work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) return warnIfUnwatched(Promise.reject(this.#isFinished(label)));
    return this.#pending.add(label, work());
  }

  async *#versions(
    direction: 'input' | 'output',
    options: CallOptions | undefined,
  ): AsyncGenerator<Version, void, undefined> {
    if (this.#isClosed) throw this.#isFinished('listing its artifacts');
    yield* versionsOfRun(this.#workspace, this.id, direction, options);
  }

  async #end({ state, error, signal }: FinishOptions): Promise<void> {
    await this.#pending.settled();
    const { unseen } = this.#pending;
    const failure = unseen.length > 0 ? runFailure(this.#label, unseen) : undefined;
    const reason = error ?? failure;
    const outcome = state ?? (reason === undefined ? 'finished' : 'failed');
    const last = outcome === 'failed' && reason !== undefined ? oneLine(reason) : undefined;
    const { catalog } = this.#held.store;
    await catalog.finishRun(this.id, { state: outcome, error: last }, { signal });
    this.state = outcome;
    await this.#leave();
    if (failure !== undefined) throw failure;
  }

  /** Holds nothing any more: neither the store nor the process. */
  async #leave(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#unwatchProcess();
    await this.#held.release();
  }

  get #label(): string {
    return this.name ?? this.id;
  }

  #isFinished(label: string): CairnError {
    return new CairnError(
      'run_finished',
      `run ${quote(this.#label)} is over: ${label} is not possible any more`,
      {
        hint: 'Do it before finish(), or start another run.',
      },
    );
  }

  #lastWords(): string | undefined {
    const { labels, unseen } = this.#pending;
    const lost = [
      ...labels.map((label) => `${label} was not done`),
      ...unseen.map(({ label, error }) => `${label} failed: ${oneLine(error)}`),
    ];
    return lost.length === 0
      ? undefined
      : `run ${quote(this.#label)} ended without finish(): ${lost.join('; ')}`;
  }
}

function warn(error: unknown): void {
  process.emitWarning(oneLine(error), 'CairnWarning');
}
