import { CairnError } from './errors.js';
import { quote } from './printable.js';

/** The longest name, alias or tag, in characters. */
export const maxNameLength = 128;
/** The most aliases or tags one call takes. */
export const maxLabels = 100;

const nameRule = /^[A-Za-z0-9_.-]{1,128}$/;
const tagRule = /^[A-Za-z0-9_-](?:[A-Za-z0-9_ -]{0,126}[A-Za-z0-9_-])?$/;

/**
 * Checks the name of an artifact, a type, an entity or a project: letters, digits, `_`, `-` and `.`, 1–128 of them, not
 * only dots. Returns it unchanged.
 *
 * @param what What it names, for the message, such as `artifact name`.
 * @throws CairnError `name_invalid`, with a corrected suggestion.
 */
export function checkName(name: string, what = 'artifact name'): string {
  if (typeof name === 'string' && nameRule.test(name) && !/^\.+$/.test(name)) return name;
  const suggestion = suggestName(String(name));
  throw new CairnError('name_invalid', `${quote(String(name))} can't be ${article(what)}`, {
    hint:
      'Use 1–128 letters (a–z, A–Z), digits, "_", "-" and ".", not only dots' +
      (suggestion === undefined ? '.' : `, such as ${quote(suggestion)}.`),
  });
}

function suggestName(name: string): string | undefined {
  const mended = name
    .slice(0, 2 * maxNameLength)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[-.]+|-+$/g, '')
    .slice(0, maxNameLength);
  return nameRule.test(mended) ? mended : undefined;
}

function article(what: string): string {
  return `${/^[aeiou]/i.test(what) ? 'an' : 'a'} ${what}`;
}

/**
 * Checks an alias: 1–128 characters, well-formed, without `/`, `:`, `@` and control characters, and not `v` and digits,
 * which names a version. Returns it unchanged.
 *
 * @throws CairnError `alias_invalid`.
 */
export function checkAlias(alias: string): string {
  const problem = aliasProblem(alias);
  if (problem === undefined) return alias;
  throw new CairnError('alias_invalid', `${quote(String(alias))} can't be an alias: ${problem}`, {
    hint: 'An alias is a name such as best or candidate-2 that can be moved from version to version.',
  });
}

function aliasProblem(alias: string): string | undefined {
  if (typeof alias !== 'string') return 'it is not a text';
  if (alias === '') return 'it is empty';
  if ([...alias].length > maxNameLength) return `it has more than ${maxNameLength} characters`;
  if (/[/:@]/.test(alias)) return '"/", ":" and "@" are separators';
  if (/[\p{Cc}\p{Cs}]/u.test(alias)) return 'it has a control character or an unpaired surrogate';
  if (/^v[0-9]+$/.test(alias)) return '"v" and digits name a version';
  return undefined;
}

/** Checks a list of aliases, and that they are no more than {@link maxLabels}; returns each once. */
export function checkAliases(aliases: Iterable<string>): string[] {
  return checkLabels(aliases, 'aliases', checkAlias, 'alias_invalid');
}

/**
 * Checks a tag: 1–128 letters, digits, `_`, `-` and inner spaces. Returns it unchanged.
 *
 * @throws CairnError `name_invalid`.
 */
export function checkTag(tag: string): string {
  if (typeof tag === 'string' && tagRule.test(tag)) return tag;
  throw new CairnError('name_invalid', `${quote(String(tag))} can't be a tag`, {
    hint: 'Use 1–128 letters (a–z, A–Z), digits, "_" and "-", with spaces only between them.',
  });
}

/** Checks a list of tags, and that they are no more than {@link maxLabels}; returns each once. */
export function checkTags(tags: Iterable<string>): string[] {
  return checkLabels(tags, 'tags', checkTag, 'name_invalid');
}

function checkLabels(
  labels: Iterable<string>,
  what: string,
  check: (label: string) => string,
  code: 'alias_invalid' | 'name_invalid',
): string[] {
  if (typeof labels === 'string') {
    throw new CairnError(code, `${what} must be a list, not the text ${quote(labels)}`, {
      hint: `Write { ${what}: [${quote(labels)}] }.`,
    });
  }
  const unique = new Set<string>();
  for (const label of labels) {
    unique.add(check(label));
    if (unique.size > maxLabels) {
      throw new CairnError(code, `more than ${maxLabels} ${what} in one call`, {
        hint: `Give at most ${maxLabels}.`,
      });
    }
  }
  return [...unique];
}
