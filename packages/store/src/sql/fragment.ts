import type { Statement, Value } from './step.js';

/** A piece of SQL and the parameters in it; a whole statement is one too. */
export type Fragment = Statement;

/**
 * Writes a fragment. What is put in is a parameter, unless it is a fragment itself.
 *
 * @example sql`SELECT id FROM versions WHERE ${condition} AND size > ${1024}`
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Fragment | Value)[]): Fragment {
  let text = strings[0] ?? '';
  const params: Value[] = [];
  parts.forEach((part, i) => {
    if (isFragment(part)) {
      text += part.text;
      params.push(...part.params);
    } else {
      text += '?';
      params.push(part);
    }
    text += strings[i + 1] ?? '';
  });
  return { text, params };
}

/** A fragment without parameters. The text must not come from outside. */
export function raw(text: string): Fragment {
  return { text, params: [] };
}

export function join(fragments: readonly Fragment[], separator: string): Fragment {
  return {
    text: fragments.map(({ text }) => text).join(separator),
    params: fragments.flatMap(({ params }) => params),
  };
}

/** `count` rows of `width` parameters, for `VALUES`. */
export function tuples(count: number, width: number): string {
  const tuple = `(${Array(width).fill('?').join(', ')})`;
  return Array(count).fill(tuple).join(', ');
}

function isFragment(part: Fragment | Value): part is Fragment {
  return typeof part === 'object' && part !== null && 'text' in part;
}
