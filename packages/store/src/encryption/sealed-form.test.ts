import { describe, expect, it } from 'vitest';
import { noise } from '../../test/scratch.js';
import { fromStoredName, toStoredDigest, toStoredName } from '../sql/stored-form.js';
import { newDataKey } from './keys-text.js';
import { sealedForm } from './sealed-form.js';

const dataKey = newDataKey();
const form = sealedForm(dataKey);
const digest = noise(32, 1);
const ours = { entity: 'acme', project: 'pets' };

describe('a sealed digest', () => {
  it('is another one of 32 bytes, from which it comes back', () => {
    for (const each of [form.objects, form.ofProject(ours)]) {
      const stored = toStoredDigest(each, digest);
      expect(stored).toHaveLength(32);
      expect(stored).not.toEqual(digest);
      expect(Buffer.from(each.fromStored([stored])[0] as Uint8Array)).toEqual(digest);
    }
  });

  it('is the same each time under one key, in one project; else nothing of it is', () => {
    const places = (of: typeof form) => [
      of.objects,
      of.ofProject(ours),
      of.ofProject({ ...ours, project: 'cars' }),
      of.ofProject({ ...ours, entity: 'pets' }),
    ];
    const all = [...places(form), ...places(sealedForm(newDataKey()))].map((each) =>
      toStoredDigest(each, digest),
    );
    const halves = all.flatMap((stored) => [stored.subarray(0, 16), stored.subarray(16)]);
    expect(new Set(halves.map((half) => Buffer.from(half).toString('hex'))).size).toBe(16);
    const again = places(sealedForm(dataKey)).map((each) => toStoredDigest(each, digest));
    expect(again).toEqual(all.slice(0, 4));
  });

  it('keeps the name of its algorithm, and what is no digest is none', () => {
    const name = `sha256:${digest.toString('hex')}`;
    const stored = toStoredName(form.objects, name);
    expect(stored).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(stored).not.toBe(name);
    expect(fromStoredName(form.objects, stored)).toBe(name);
    expect(toStoredName(form.objects, 'sha256:abc')).toBe('sha256:abc');
    expect(form.objects.toStored([digest.subarray(1), digest])).toEqual([
      digest.subarray(1),
      toStoredDigest(form.objects, digest),
    ]);
  });
});

describe('sealed bytes', () => {
  const { nameOf, seal, open } = form.sealing as NonNullable<typeof form.sealing>;

  it('come back under their name alone, and as they were or not at all', () => {
    const bytes = noise(1000, 2);
    const [name, other] = [nameOf('a name'), nameOf('another name')];
    expect(name).toMatch(/^[0-9a-f]{64}$/);
    expect(nameOf('a name')).toBe(name);
    const sealed = seal(name, bytes);
    expect(Buffer.from(open(name, sealed) as Uint8Array)).toEqual(bytes);
    expect(open(other, sealed)).toBeUndefined();
    for (const at of [0, 32, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] as number) ^ 1;
      expect(open(name, changed)).toBeUndefined();
    }
    expect(open(name, sealed.subarray(0, 10))).toBeUndefined();
  });

  it('are others each time', () => {
    const name = nameOf('a name');
    const [first, second] = [seal(name, noise(100, 3)), seal(name, noise(100, 3))].map((sealed) =>
      Buffer.from(sealed).toString('hex'),
    );
    expect(first?.slice(0, 64)).not.toBe(second?.slice(0, 64));
    expect(first?.slice(64)).not.toBe(second?.slice(64));
  });
});
