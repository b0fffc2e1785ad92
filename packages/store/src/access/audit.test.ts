import { describe, expect, it } from 'vitest';
import { accessPlaces, collect, enterAsAdmin, machine, startTime } from '../../test/access-places.js';
import { startLimitMs } from '../../test/catalogs.js';
import { all, run } from '../sql/step.js';

describe.each(accessPlaces)('the audit log on %s', { timeout: startLimitMs }, (_, open) => {
  it('tells who did what, newest first, page by page', async () => {
    const place = await open();
    const { access } = place.store;
    const { by, principal } = await enterAsAdmin(place.store);
    const actor = { ...by, requestId: 'req-1' };
    for (let i = 0; i < 250; i++) {
      await access.audit({
        by: actor,
        action: 'version.delete',
        target: `data:v${i}`,
        entity: 'acme',
        project: i % 2 === 0 ? 'pets' : 'cars',
        outcome: i % 3 === 0 ? 'refused' : 'done',
      });
    }
    const lines = await collect(access.listAudit({ action: 'version.delete' }));
    expect(lines.map(({ target }) => target)).toEqual(
      Array.from({ length: 250 }, (_, i) => `data:v${249 - i}`),
    );
    expect(lines[0]).toEqual({
      id: expect.any(Number),
      at: new Date(startTime).toISOString(),
      user: 'root',
      keyId: principal.key.id,
      action: 'version.delete',
      target: 'data:v249',
      entity: 'acme',
      project: 'cars',
      outcome: 'refused',
      requestId: 'req-1',
    });
    const rest = await collect(access.listAudit({ before: lines[9]?.id, limit: 5 }));
    expect(rest).toEqual(lines.slice(10, 15));
    expect(await collect(access.listAudit({ entity: 'acme', project: 'pets' }))).toHaveLength(125);
    expect(await collect(access.listAudit({ user: 'nobody' }))).toEqual([]);
    expect(await collect(access.listAudit({ keyId: principal.key.id, entity: 'acme' }))).toHaveLength(250);
  });

  it('is refused to be changed, by the database', async () => {
    const { store, database } = await open();
    await store.access.audit({ by: machine, action: 'test', outcome: 'done' });
    const before = await database.read(() => all('SELECT * FROM audit'));
    const isSqlite = database.dialect.name === 'sqlite';
    const changes = [
      "UPDATE audit SET action = 'other'",
      'UPDATE audit SET at = 0 WHERE id = 1',
      'DELETE FROM audit',
      ...(isSqlite
        ? [
            `INSERT OR REPLACE INTO audit (id, at, action, outcome) VALUES (1, 0, 'other', 'done')`,
            'UPDATE OR REPLACE audit SET id = 1',
          ]
        : ['TRUNCATE audit', 'TRUNCATE audit CASCADE']),
    ];
    for (const change of changes) {
      await expect(database.write(() => run(change))).rejects.toThrow('stay as they are');
    }
    expect(await database.read(() => all('SELECT * FROM audit'))).toEqual(before);
    await store.access.audit({ by: machine, action: 'test', outcome: 'done' });
  });

  it('has a line for each change of who may do what, and none for what was refused', async () => {
    const { store } = await open();
    const { access } = store;
    const pets = { entity: 'acme', project: 'pets' };
    const { by } = await enterAsAdmin(store);
    const actor = { ...by, requestId: 'req-2' };
    await access.createUser({ name: 'ann' }, actor);
    await expect(access.createUser({ name: 'ann' }, actor)).rejects.toMatchObject({ code: 'conflict' });
    await access.updateUser('ann', { isDisabled: true }, actor);
    await access.updateUser('ann', { isDisabled: false, isAdmin: true }, actor);
    await access.setMember({ entity: 'acme', user: 'ann', role: 'write' }, actor);
    await access.removeMember({ entity: 'acme', user: 'ann' }, actor);
    await expect(access.removeMember({ entity: 'acme', user: 'ann' }, actor)).rejects.toMatchObject({
      code: 'not_found',
    });
    const scopes = [{ ...pets, role: 'read' }] as const;
    const { key } = await access.createKey({ user: 'ann', name: 'ci', scopes }, actor);
    await access.revokeKey(key.id, actor);
    await access.createProject(pets, actor);
    await access.createProject(pets, actor);
    await access.deleteProject(pets, actor);
    const lines = (await collect(access.listAudit({ user: 'root' }))).reverse();
    expect(lines.map(({ action, target, entity, project }) => [action, target, entity, project])).toEqual([
      ['user.create', 'ann', undefined, undefined],
      ['user.update', 'ann disabled', undefined, undefined],
      ['user.update', 'ann admin', undefined, undefined],
      ['member.set', 'ann write', 'acme', undefined],
      ['member.remove', 'ann', 'acme', undefined],
      ['key.create', `${key.id} ann: acme/pets read`, undefined, undefined],
      ['key.revoke', `${key.id} ann`, undefined, undefined],
      ['project.create', undefined, 'acme', 'pets'],
      ['project.delete', undefined, 'acme', 'pets'],
    ]);
    expect(new Set(lines.map(({ requestId }) => requestId))).toEqual(new Set(['req-2']));
  });

  it('shows no control characters, no secrets of URLs, and no end of a text', async () => {
    const { store } = await open();
    const { access } = store;
    const target = `\u001b[2J\u202e https://u:secret@example.com ${'x'.repeat(1000)}`;
    await access.audit({ by: { requestId: 'a\nb' }, action: 'test', target, outcome: 'failed' });
    const [line] = await collect(access.listAudit({}));
    expect(line?.target).toMatch(/^\\u\{1b\}\[2J\\u\{202e\} https:\/\/\*\*\*@example\.com x+…$/);
    expect(line?.requestId).toBe('a\\u{a}b');
  });

  it.each([
    [{ action: 'Key Create' }],
    [{ action: '' }],
    [{ outcome: 'maybe' as never }],
    [{ entity: '..' }],
    [{ entity: 'acme', project: 'a/b' }],
  ])('takes no %j', async (part) => {
    const { store } = await open();
    const entry = { by: machine, action: 'test', outcome: 'done', ...part } as const;
    await expect(store.access.audit(entry)).rejects.toMatchObject({ code: 'name_invalid' });
    expect(await collect(store.access.listAudit({}))).toEqual([]);
  });
});
