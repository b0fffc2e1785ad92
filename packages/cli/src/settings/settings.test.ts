import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkedKey } from './api-key.js';
import { changeUserFile, useProfile } from './change-settings.js';
import { readUserFile } from './files.js';
import { checkProfile, readSettings } from './settings.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'cairn-settings-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: unknown): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const userPath = 'config/config.json';

function read(env: Record<string, string> = {}, flags: Record<string, string> = {}) {
  return readSettings({
    flags,
    env: { CAIRN_CONFIG_DIR: join(folder, 'config'), ...env },
    cwd: join(folder, 'a/b'),
  });
}

describe('what holds', () => {
  test('is nothing where nothing is set', () => {
    expect(read()).toMatchObject({ profile: 'default', profiles: [], values: {}, projectFile: undefined });
  });

  test('is the flag, else the environment, else the project’s file, else the user’s', () => {
    const user = write(userPath, { profiles: { default: { entity: 'user', project: 'user' } } });
    expect(read().values.entity).toEqual({ value: 'user', source: 'user file', origin: user });
    const project = write('a/cairn.json', { entity: 'project' });
    expect(read().values.entity).toEqual({ value: 'project', source: 'project file', origin: project });
    expect(read().values.project?.value).toBe('user');
    const env = { CAIRN_ENTITY: 'env' };
    expect(read(env).values.entity).toEqual({ value: 'env', source: 'environment', origin: 'CAIRN_ENTITY' });
    expect(read(env, { entity: 'flag' }).values.entity).toEqual({
      value: 'flag',
      source: 'flag',
      origin: '--entity',
    });
    expect(read({ CAIRN_ENTITY: '' }).values.entity?.value).toBe('project');
  });

  test('is the project’s file of the nearest folder upwards', () => {
    write('cairn.json', { project: 'far' });
    write('a/b/cairn.json', { project: 'near' });
    expect(read().values.project?.value).toBe('near');
  });

  test('is a store’s path from the folder of the file, and a URL as it is', () => {
    write('a/cairn.json', { store: 'data/store' });
    expect(read().values.store?.value).toBe(join(folder, 'a/data/store'));
    write('a/cairn.json', { store: 'https://host/x' });
    expect(read().values.store?.value).toBe('https://host/x');
  });

  test('is the profile that was named, else the one in use', () => {
    write(userPath, { profile: 'work', profiles: { work: { entity: 'w' }, home: { entity: 'h' } } });
    expect(read().values.entity?.value).toBe('w');
    expect(read({ CAIRN_PROFILE: 'home' }).values.entity?.value).toBe('h');
    expect(read({ CAIRN_PROFILE: 'home' }, { profile: 'work' }).values.entity?.value).toBe('w');
    expect(() => checkProfile(read({}, { profile: 'nobody' }))).toThrow('no profile "nobody"');
    expect(() => checkProfile(read({}, { profile: 'constructor' }))).toThrow('no profile');
  });
});

describe('a file that can’t be read is refused by its name', () => {
  test.each([['{'], ['[]'], ['{"entity": 5}'], ['"text"'], ['{"apiKey": "cairn_x"}']])('%s', (content) => {
    const file = write('a/cairn.json', content);
    expect(() => read()).toThrow(file);
  });
});

describe('the key of a server', () => {
  const url = 'https://cairn.example/base';
  const secret = { CAIRN_API_KEY: 'cairn_secret' };
  const keyOf = (settings: ReturnType<typeof read>) => checkedKey(settings.apiKey, settings.values.store);

  test('is that of the environment, else that of the profile for this very server', () => {
    write(userPath, { profiles: { default: { store: url, apiKey: 'own' } } });
    expect(keyOf(read())).toBe('own');
    expect(keyOf(read(secret))).toBe('cairn_secret');
    expect(keyOf(read({ CAIRN_STORE: `${url}/` }))).toBe('own');
    expect(keyOf(read({ CAIRN_STORE: 'https://other.example/base' }))).toBeUndefined();
    expect(keyOf(read({ CAIRN_STORE: './folder' }))).toBeUndefined();
  });

  test('is not sent where only a project’s file says', () => {
    write('a/cairn.json', { store: url });
    expect(() => keyOf(read(secret))).toThrow('is not sent to https://cairn.example/base');
    expect(keyOf(read())).toBeUndefined();
    expect(keyOf(read({ ...secret, CAIRN_STORE: url }))).toBe('cairn_secret');
    write(userPath, { profiles: { default: { store: url } } });
    expect(keyOf(read(secret))).toBe('cairn_secret');
  });
});

describe('the user’s file', () => {
  test('is changed without losing what is not known here, and is the user’s alone', () => {
    const file = write(userPath, { later: 1, profiles: { default: { entity: 'e', later: 'x' } } });
    changeUserFile(file, 'default', { project: 'p', entity: undefined });
    changeUserFile(file, 'work', { entity: 'w' });
    useProfile(file, 'work');
    expect(readUserFile(file)).toEqual({
      later: 1,
      profile: 'work',
      profiles: { default: { later: 'x', project: 'p' }, work: { entity: 'w' } },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
