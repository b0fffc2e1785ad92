import type { JsonValue } from '@cairn/core';
import type * as remote from '@cairn/remote';
import * as v from 'valibot';
import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type Api,
  Artifact,
  defineArtifact,
  type LoggedVersion,
  type Metadata,
  type Run,
  type Version,
} from '../src/index.js';
import type { RemotePackage } from '../src/store/store-access.js';

// Checked by the compiler: nothing here is called.
declare const run: Run;
declare const api: Api;

interface BikeMetadata {
  rows: number;
  classes: { name: string; count: number }[];
  note?: string;
}
declare const bikes: BikeMetadata;

const zodSchema = z.object({ rows: z.number(), tags: z.array(z.string()).default([]) });
const valibotSchema = v.object({ rows: v.number() });

test('@cairn/remote is what the sdk takes it for', () => {
  expectTypeOf<typeof remote>().toExtend<RemotePackage>();
});

describe('metadata', () => {
  test('of an artifact is inferred, also as an interface, and kept by logging', () => {
    const check = async () => {
      const artifact = new Artifact('bike', { metadata: bikes });
      expectTypeOf(artifact).toEqualTypeOf<Artifact<BikeMetadata>>();
      expectTypeOf(artifact.metadata.classes[0]?.count).toEqualTypeOf<number | undefined>();
      const version = await run.logArtifact(artifact);
      expectTypeOf(version).toEqualTypeOf<LoggedVersion<BikeMetadata>>();
      version.metadata.rows = 2;
      expectTypeOf(await run.useArtifact(artifact)).toEqualTypeOf<LoggedVersion<BikeMetadata>>();
      expectTypeOf(Artifact.from(version)).toEqualTypeOf<Artifact<BikeMetadata>>();
    };
    expectTypeOf(check).toBeFunction();
  });

  test('that is not given is any JSON', () => {
    const artifact = new Artifact('bike', { type: 'dataset' });
    expectTypeOf(artifact).toEqualTypeOf<Artifact<Metadata>>();
    artifact.metadata.anything = [1, { deep: null }];
    const other: Artifact = new Artifact('bike', { metadata: { a: 1 } });
    expectTypeOf(other.metadata).toEqualTypeOf<Record<string, JsonValue>>();
  });

  test('that is read is unknown JSON, until a schema says what it is', () => {
    const check = async () => {
      const unknown = await run.useArtifact('bike:latest');
      expectTypeOf(unknown).toEqualTypeOf<Version>();
      expectTypeOf(unknown.metadata).toEqualTypeOf<Record<string, JsonValue>>();
      unknown.metadata.changed = 'x';
      const byZod = await run.useArtifact('bike:latest', { schema: zodSchema });
      expectTypeOf(byZod.metadata).toEqualTypeOf<{ rows: number; tags: string[] }>();
      const byValibot = await api.artifact('bike:latest', { schema: valibotSchema, type: 'dataset' });
      expectTypeOf(byValibot.metadata).toEqualTypeOf<{ rows: number }>();
      expectTypeOf(byValibot.version).toEqualTypeOf<`v${number}`>();
    };
    expectTypeOf(check).toBeFunction();
  });

  test('of a defined artifact is that of its schema, for who logs and who uses it', () => {
    const check = async () => {
      const Bike = defineArtifact({ name: 'bike', type: 'dataset', metadata: zodSchema });
      const draft = new Bike({ metadata: { rows: 1 } });
      expectTypeOf(draft.metadata).toEqualTypeOf<{ rows: number; tags?: string[] | undefined }>();
      const version = await Bike.use(run, 'best');
      expectTypeOf(version.metadata).toEqualTypeOf<{ rows: number; tags: string[] }>();
      // @ts-expect-error metadata of another shape
      new Bike({ metadata: { rows: '1' } });
      // @ts-expect-error no metadata
      new Bike({});
    };
    expectTypeOf(check).toBeFunction();
  });
});

test('labels take any iterable and are sets', () => {
  const check = (version: Version) => {
    version.aliases = ['a', 'b'];
    version.aliases = new Set(['a']);
    version.tags.add('x');
    expectTypeOf(version.aliases).toExtend<Set<string>>();
  };
  expectTypeOf(check).toBeFunction();
});

test('what must not compile', () => {
  const check = async () => {
    const artifact = new Artifact('bike');
    // @ts-expect-error a Date is not JSON
    new Artifact('bike', { metadata: { at: new Date() } });
    // @ts-expect-error neither is a function, at any depth
    new Artifact('bike', { metadata: { a: [{ b: () => 1 }] } });
    // @ts-expect-error nor a bigint
    new Artifact('bike', { metadata: { a: 1n } });
    // @ts-expect-error misspelt
    new Artifact('bike', { metadat: {} });
    // @ts-expect-error misspelt: aliases
    await run.logArtifact(artifact, { alias: ['best'] });
    // @ts-expect-error the shorthand needs a name
    await run.logArtifact('model.h5');
    // @ts-expect-error misspelt: root
    await (await run.useArtifact('a')).download({ rot: '.' });
    // @ts-expect-error content never changes
    (await run.useArtifact('a')).digest = 'blake3:0';
    // @ts-expect-error options come last, and are no booleans
    await artifact.addReference('s3://b/k', false);
    // @ts-expect-error misspelt: schema
    await run.useArtifact('a', { shema: zodSchema });
  };
  expectTypeOf(check).toBeFunction();
});
