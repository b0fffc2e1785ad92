import { CairnError, type CallOptions } from '@cairn/core';
import type { DigestSet } from '../packs/digest-set.js';
import { recipeKind } from '../packs/pack-format.js';
import { nameOf } from './check-packs.js';
import type { HashedContext } from './context.js';
import { type ObjectRow, objectPages, recipePages } from './object-rows.js';
import { packsWithoutRow } from './pack-rows.js';
import type { FoundProblem, Problems } from './problems.js';

/** Answers whether what a digest stands for can be read in whole. */
export class BlobChecks {
  readonly #context: HashedContext;
  readonly #intact: DigestSet;
  readonly #problems: Problems;
  readonly #options: CallOptions;

  constructor(context: HashedContext, intact: DigestSet, problems: Problems, options: CallOptions) {
    this.#context = context;
    this.#intact = intact;
    this.#problems = problems;
    this.#options = options;
  }

  /** The problem of a digest that something needs. What nobody has met yet is looked up, for it may have moved or come. */
  async problemOf(digest: Uint8Array): Promise<FoundProblem | undefined> {
    const known = this.#problems.of(digest);
    if (known !== undefined || this.#intact.has(digest)) return known;
    const name = nameOf(digest, this.#context.hasher);
    const code = await this.#look(digest);
    if (code === undefined) {
      this.#intact.add(digest);
      return undefined;
    }
    const isGone = code === 'not_found';
    return this.#problems.add(
      {
        kind: isGone ? 'missing_blob' : 'wrong_row',
        message: isGone ? `${name} is missing` : `the index leads to something else than ${name}`,
        digest: name,
      },
      [digest],
    );
  }

  /** Looks at all rows that no intact record has confirmed. */
  async checkRows(): Promise<void> {
    const { database } = this.#context;
    const lost = new Map<number, FoundProblem>();
    for await (const page of objectPages(database, this.#options)) {
      const open = page.filter(({ digest, isCondemned }) => !isCondemned && !this.#intact.has(digest));
      const leading = new Set(open.map(({ packId }) => packId));
      for (const id of await packsWithoutRow(database, leading, this.#options)) {
        if (lost.has(id)) continue;
        const message = `the index leads to a pack that it doesn't know, number ${id}`;
        lost.set(id, this.#problems.add({ kind: 'wrong_row', message }));
      }
      for (const { digest, packId } of open) {
        const problem = lost.get(packId);
        if (problem === undefined) await this.problemOf(digest);
        else this.#problems.blame(problem, digest);
      }
    }
  }

  /** Makes sure that all recipes have their segments and chunks. */
  async checkRecipes(): Promise<void> {
    for await (const page of recipePages(this.#context.database, this.#options)) {
      for (const row of page) {
        if ((await this.problemOf(row.digest)) !== undefined) continue;
        const problem = await this.#checkRecipe(row);
        if (problem !== undefined) this.#problems.blame(problem, row.digest);
      }
    }
  }

  async #checkRecipe({ digest, size }: ObjectRow): Promise<FoundProblem | undefined> {
    const { reader, hasher } = this.#context;
    let length = 0;
    for (const segment of await reader.segments(await reader.fetch(digest, this.#options))) {
      const broken = await this.problemOf(segment.digest);
      if (broken !== undefined) return broken;
      for (const chunk of await reader.chunks(segment, this.#options)) {
        const problem = await this.problemOf(chunk.digest);
        if (problem !== undefined) return problem;
        length += chunk.length;
      }
    }
    if (length === size) return undefined;
    const name = nameOf(digest, hasher);
    return this.#problems.add({
      kind: 'wrong_row',
      message: `the index has another size of ${name}`,
      digest: name,
    });
  }

  /** Why a record can't be read, or `undefined` if it can. */
  async #look(digest: Uint8Array): Promise<'not_found' | 'integrity_mismatch' | undefined> {
    const { reader } = this.#context;
    try {
      const record = await reader.fetch(digest, this.#options);
      const { kind, length, size } = record.location;
      if (kind === recipeKind) await reader.segments(record);
      else if (size !== length) return 'integrity_mismatch';
      return undefined;
    } catch (error) {
      if (CairnError.is(error, 'not_found')) return 'not_found';
      if (CairnError.is(error, 'integrity_mismatch')) return 'integrity_mismatch';
      throw error;
    }
  }
}
