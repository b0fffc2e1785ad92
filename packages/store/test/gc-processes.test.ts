import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../src/index.js';
import { type ChildResult, runProgram } from './child.js';
import { readVersions } from './maintained-store.js';
import { isFull } from './scale.js';

const milliseconds = isFull ? 600_000 : 4000;

test(
  'processes that log, delete and collect garbage lose nothing, also when one is killed',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cairn-gc-processes-'));
    try {
      await (await openStore(folder)).close();
      const run = (role: string, seed: number, killAfterMs?: number) =>
        runProgram(
          'churn',
          [folder, role, String(milliseconds), String(seed)],
          killAfterMs === undefined ? {} : { killAfterMs },
        );
      const killed = milliseconds / 2 + Math.random() * 500;
      const [first, second, third, ...collectors] = await Promise.all([
        run('log', 1),
        run('log', 2),
        run('log', 3, killed),
        run('gc', 4),
        run('gc', 5, killed),
      ]);
      const writers = [first, second, third] as ChildResult[];
      for (const { stderr, signal, code } of [...writers, ...collectors]) {
        expect({ stderr, ok: signal === 'SIGKILL' || code === 0 }).toEqual({ stderr: '', ok: true });
      }
      const lines = writers.flatMap(({ lines }) => lines as { logged?: string; deleting?: string }[]);
      const left = new Set(lines.flatMap(({ logged }) => logged ?? []));
      for (const { deleting } of lines) if (deleting !== undefined) left.delete(deleting);

      const store = await openStore(folder);
      const ids = new Set<string>();
      for await (const { id } of store.catalog.listVersions({})) ids.add(id);
      for (const id of left) expect(ids).toContain(id);
      await readVersions(store);
      await store.gc({ graceMs: -60_000, maxDead: 0 });
      await readVersions(store);
      const { problems } = await store.verify();
      expect(problems).toEqual([]);
      expect((await store.stats()).deadBytes).toBe(0);
      await store.close();
      expect(lines.length).toBeGreaterThan(10);
      const removed = collectors.flatMap(({ lines }) => lines as { removed: number }[]);
      expect(removed.some((each) => each.removed > 0)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  milliseconds + 120_000,
);
