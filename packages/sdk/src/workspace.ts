import {
  type BlobStore,
  CairnError,
  checkName,
  defaultStoragePolicy,
  type HandlerRegistry,
  type JsonObject,
  type PolicyRef,
  quote,
  type ReferenceTrust,
  type StoragePolicy,
  type StoragePolicyFactory,
  type Store,
} from '@cairn/core';
import { referenceTrust } from '@cairn/file';
import { createHandlers, type Handler } from './handlers.js';
import { checkMode, locateStore, nearestStore } from './store/locate-store.js';
import { callersStore, locatedStore, type StoreAccess } from './store/store-access.js';

/** Where one works: what `init`, `withRun` and `Api` have in common. */
export interface WorkspaceOptions {
  /** Who owns the project. Default: `CAIRN_ENTITY`, else `local`. */
  readonly entity?: string | undefined;
  /** Default: `CAIRN_PROJECT`, else `default`. */
  readonly project?: string | undefined;
  /**
   * The store, or the folder it is in, or the URL of a server, which needs the package `@cairn/remote`. Default:
   * `CAIRN_STORE`, else `.cairn` in the nearest folder upwards that has one, else `./.cairn`, which is made. A store that
   * you pass is yours to close.
   */
  readonly store?: Store | string | URL | undefined;
  /** Who one is to the server. Default: `CAIRN_API_KEY`, else nobody. A folder needs none. */
  readonly apiKey?: string | undefined;
  /**
   * `offline`: no server is asked. Where the store is a server, the nearest `.cairn` is used instead, as if no store were
   * named; `run.sync()` or {@link syncStore} send it later. Default: `CAIRN_MODE`, else `online`.
   */
  readonly mode?: 'online' | 'offline' | undefined;
  /** Handlers of URI schemes; they come before those that are built in (`file`) or installed (`http`, `s3`, `gs`). */
  readonly handlers?: readonly Handler[] | undefined;
  /** Storage policies that can be met in manifests. The first one stores what is logged. Default: Cairn's own. */
  readonly storagePolicies?: readonly StoragePolicyFactory[] | undefined;
}

/** What runs, versions and queries work with. */
export interface Workspace {
  readonly entity: string;
  readonly project: string;
  readonly store: StoreAccess;
  /** The server that is named as the store, whether or not it is used as such. */
  readonly server: StoreAccess | undefined;
  readonly handlers: HandlerRegistry;
  readonly trust: ReferenceTrust;
  /** For what is logged. */
  readonly policy: StoragePolicyFactory;
  /** For what is read, by the name that a manifest gives. */
  readonly policies: readonly StoragePolicyFactory[];
}

/** @throws CairnError `name_invalid` (also the mode), and as `locateStore`. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { entity = fromEnvironment('CAIRN_ENTITY', 'local') } = options;
  const { project = fromEnvironment('CAIRN_PROJECT', 'default') } = options;
  const { handlers, storagePolicies = [] } = options;
  return {
    entity: checkName(entity, 'entity'),
    project: checkName(project, 'project'),
    ...storesOf(options),
    handlers: createHandlers(handlers),
    trust: referenceTrust(),
    policy: storagePolicies[0] ?? defaultStoragePolicy,
    policies: [...storagePolicies, defaultStoragePolicy],
  };
}

function storesOf({ store, apiKey, mode }: WorkspaceOptions): Pick<Workspace, 'store' | 'server'> {
  const isOffline = checkMode(mode) === 'offline';
  if (isStore(store)) return { store: callersStore(store), server: undefined };
  const location = locateStore(store);
  const named = locatedStore(location, apiKey ?? (process.env.CAIRN_API_KEY || undefined));
  if (location.kind === 'folder') return { store: named, server: undefined };
  return { store: isOffline ? locatedStore(nearestStore(), undefined) : named, server: named };
}

/** An environment variable; an empty one counts as none. */
export function fromEnvironment(name: string, otherwise: string): string {
  return process.env[name] || otherwise;
}

export function isStore(value: object | string | undefined): value is Store {
  return typeof value === 'object' && 'catalog' in value && 'blobsOf' in value;
}

/**
 * The policy that a manifest names.
 *
 * @throws CairnError `unsupported_format` when it is unknown here.
 */
export function policyOf(workspace: Workspace, blobs: BlobStore, { name, config }: PolicyRef): StoragePolicy {
  const factory = workspace.policies.find((policy) => policy.name === name);
  if (factory !== undefined) return createPolicy(factory, workspace, blobs, config);
  throw new CairnError('unsupported_format', `there is no storage policy ${quote(name)} here`, {
    hint: 'Pass the one that the version was logged with in { storagePolicies: [...] }.',
  });
}

/** A policy over these blobs. */
export function createPolicy(
  factory: StoragePolicyFactory,
  { handlers, trust }: Workspace,
  blobs: BlobStore,
  config: JsonObject = {},
): StoragePolicy {
  return factory.create({ blobs, handlers, trust, config });
}
