import { describe, expect, it } from 'vitest';
import { CairnError } from './errors.js';
import { type ParsedQuery, parseQuery, parseSort } from './parse-query.js';

describe('parseQuery', () => {
  it('reads every field of the grammar', () => {
    const text =
      'type:model name:bike alias:best metadata.map50>=0.7 metadata.split=train created:>2026-01-01 ' +
      'usedBy:run/abc loggedBy:xyz -tag:old tag:"two words" sort:-metadata.map50';
    expect(parseQuery(text)).toEqual({
      type: 'model',
      name: 'bike',
      where: [
        { field: 'alias', value: 'best' },
        { field: 'metadata', path: ['map50'], operator: '>=', value: 0.7 },
        { field: 'metadata', path: ['split'], operator: '=', value: 'train' },
        { field: 'created', operator: '>', value: '2026-01-01T00:00:00.000Z' },
        { field: 'usedBy', runId: 'abc' },
        { field: 'loggedBy', runId: 'xyz' },
        { field: 'tag', value: 'old', negated: true },
        { field: 'tag', value: 'two words' },
      ],
      sort: { field: 'metadata', path: ['map50'], descending: true },
    } satisfies ParsedQuery);
  });

  it.each([
    ['metadata.a=1', 1],
    ['metadata.a=-1.5e3', -1500],
    ['metadata.a=01', '01'],
    ['metadata.a=true', true],
    ['metadata.a=null', null],
    ['metadata.a="true"', 'true'],
    ['metadata.a="say \\"hi\\""', 'say "hi"'],
    ['metadata.a=""', ''],
    ['metadata.a=b=c', 'b=c'],
    ['metadata.a=x:y', 'x:y'],
  ])('reads the value of %s', (text, value) => {
    expect(parseQuery(text).where).toEqual([{ field: 'metadata', path: ['a'], operator: '=', value }]);
  });

  it('reads nested and quoted keys, also __proto__', () => {
    expect(parseQuery('metadata.a."b.c d".__proto__!=1').where).toEqual([
      { field: 'metadata', path: ['a', 'b.c d', '__proto__'], operator: '!=', value: 1 },
    ]);
  });

  it('takes a date without a sign for the whole day, and a time for that instant', () => {
    expect(parseQuery('created:2026-02-28').where).toEqual([
      { field: 'created', operator: '>=', value: '2026-02-28T00:00:00.000Z' },
      { field: 'created', operator: '<', value: '2026-03-01T00:00:00.000Z' },
    ]);
    expect(parseQuery('created:<=2026-02-28T10:00+01:00').where).toEqual([
      { field: 'created', operator: '<=', value: '2026-02-28T09:00:00.000Z' },
    ]);
  });

  it('reads an empty query as one that everything matches', () => {
    expect(parseQuery(' \n ')).toEqual({ where: [] });
  });

  it.each([
    'model',
    'colour:red',
    'alias:',
    'alias:"open',
    'metadata>1',
    'metadata.a',
    'metadata.a>>1',
    'metadata.a=',
    'metadata..a=1',
    '-metadata.a=1',
    '-type:model',
    'created:yesterday',
    'created:2026-02-31',
    'created:>',
    'sort:colour',
    'sort:metadata',
    'sort:name sort:size',
    'type:a type:b',
  ])('refuses %s and says where', (text) => {
    const error = caught(() => parseQuery(`tag:ok ${text}`));
    expect(error.code).toBe('name_invalid');
    expect(error.message).toMatch(/at character \d+ of the query/);
    expect(error.hint).toBeTruthy();
  });

  it('names the term that is wrong and its place', () => {
    expect(caught(() => parseQuery('tag:ok colour:red')).message).toContain('"colour:red" (at character 8');
  });
});

describe('parseSort', () => {
  it('reads the keys one sorts by', () => {
    expect(parseSort('version')).toEqual({ field: 'version' });
    expect(parseSort('-metadata.a."b c"')).toEqual({
      field: 'metadata',
      path: ['a', 'b c'],
      descending: true,
    });
    expect(caught(() => parseSort('digest')).code).toBe('name_invalid');
  });
});

function caught(call: () => unknown): CairnError {
  try {
    call();
  } catch (error) {
    if (CairnError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
