import type { CallOptions } from '@cairn/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ArtifactOptions } from './artifact/options.js';
import { Artifact } from './artifact.js';
import type { ArtifactType, Jsonable, MetadataOf, MetadataSchema } from './metadata-types.js';
import type { Run } from './run.js';
import type { Version } from './version.js';

/** What metadata must be for a schema to accept it. */
type MetadataFor<S extends MetadataSchema> =
  StandardSchemaV1.InferInput<S> extends infer M extends object ? M : never;

type DefinedOptions<S extends MetadataSchema> = Omit<
  ArtifactOptions<object>,
  'type' | 'schema' | 'metadata'
> & {
  readonly metadata: MetadataFor<S> & Jsonable<MetadataFor<S>>;
};

/** A kind of artifact: one definition for who logs it and who uses it. */
export interface ArtifactDefinition<S extends MetadataSchema> {
  /** Makes a draft. @throws CairnError `metadata_invalid` when the metadata doesn't match the schema. */
  new (options: DefinedOptions<S>): Artifact<MetadataFor<S>>;
  readonly artifactName: string;
  /**
   * Uses a version: `latest`, `v3`, another alias.
   *
   * @throws CairnError `not_found`, `type_mismatch`, `metadata_invalid`.
   */
  use(run: Run, alias?: string, options?: CallOptions): Promise<Version<MetadataOf<S>>>;
}

/**
 * Defines a kind of artifact by its name, its type and a Standard Schema of its metadata.
 *
 * @example
 * const BikeModel = defineArtifact({ name: 'bike-model', type: 'model', metadata: z.object({ map50: z.number() }) });
 * await run.logArtifact(new BikeModel({ metadata: { map50: 0.71 } }));
 * const model = await BikeModel.use(run, 'best');   // model.metadata.map50 is a number
 */
export function defineArtifact<S extends MetadataSchema>({
  name,
  type,
  metadata: schema,
}: {
  readonly name: string;
  readonly type: ArtifactType;
  readonly metadata: S;
}): ArtifactDefinition<S> {
  return class extends Artifact<MetadataFor<S>> {
    static readonly artifactName = name;

    constructor(options: DefinedOptions<S>) {
      super(name, { ...options, type, schema });
    }

    static use(run: Run, alias = 'latest', options: CallOptions = {}): Promise<Version<MetadataOf<S>>> {
      return run.useArtifact(`${name}:${alias}`, { ...options, type, schema });
    }
  };
}
