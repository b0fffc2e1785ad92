import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { CairnError, errorCodes, redact } from './errors.js';

describe('CairnError', () => {
  test('carries its code, hint and cause, and ends its message with the hint', () => {
    const cause = new Error('disk');
    const error = new CairnError('not_found', 'no artifact "bike"', { hint: 'Did you mean "bikes"?', cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'CairnError',
      code: 'not_found',
      hint: 'Did you mean "bikes"?',
      cause,
    });
    expect(error.message).toBe('no artifact "bike"\n  Did you mean "bikes"?');
  });

  test('has neither a hint nor a cause of its own without being given one', () => {
    const error = new CairnError('aborted', 'stopped');
    expect(error.message).toBe('stopped');
    expect('hint' in error).toBe(false);
    expect('cause' in error).toBe(false);
  });

  test('keeps a cause that is undefined, as Error does', () => {
    expect('cause' in new CairnError('aborted', 'stopped', { cause: undefined })).toBe(true);
  });

  test('is retryable by its code, unless it says otherwise', () => {
    const retryable = errorCodes.filter((code) => new CairnError(code, 'x').isRetryable);
    expect(retryable).toEqual(['unavailable', 'timeout', 'rate_limited']);
    expect(new CairnError('timeout', 'x', { isRetryable: false }).isRetryable).toBe(false);
    expect(new CairnError('conflict', 'x', { isRetryable: true }).isRetryable).toBe(true);
  });

  test('is recognised across two copies of the package', async () => {
    vi.resetModules();
    const copy = await import('./errors.js');
    const foreign = new copy.CairnError('conflict', 'x');
    expect(foreign).not.toBeInstanceOf(CairnError);
    expect(CairnError.is(foreign)).toBe(true);
    expect(CairnError.is(foreign, 'conflict')).toBe(true);
    expect(CairnError.is(foreign, 'not_found')).toBe(false);
  });

  test('is not mistaken for anything else', () => {
    const lookAlike = Object.assign(new Error('x'), { name: 'CairnError', code: 'conflict' });
    for (const value of [lookAlike, new Error('x'), { code: 'conflict' }, null, undefined, 'conflict', 7]) {
      expect(CairnError.is(value)).toBe(false);
    }
  });

  test('shows its brand to nobody who lists its properties', () => {
    expect(Object.keys(new CairnError('conflict', 'x')).sort()).toEqual(['code', 'isRetryable', 'name']);
  });
});

describe('redaction', () => {
  const canary = 's3cr3t-c4n4ry';

  test.each([
    `https://${canary}@host/x`,
    `https://user:${canary}@host/x`,
    `https://user:p@${canary}@host/x`, // the last @ ends the credentials
    `postgres://cairn:${canary}@db.internal:5432/cairn`,
    `HTTPS://user:${canary}@HOST/x`,
    `x+y.z-1://user:${canary}@host`,
    `https://h/x?X-Amz-Signature=${canary}&X-Amz-Credential=${canary}&X-Amz-Security-Token=${canary}`,
    `https://h/x?a=1&x-goog-signature=${canary}`,
    `https://account.blob/x?sv=1&sig=${canary}`,
    `https://h/x?token=${canary}#top`,
    `https://h/x?refresh_token=${canary}`,
    `https://h/x?client_secret=${canary}`,
    `https://h/x?api_key=${canary}&apikey=${canary}&api-key=${canary}&key=${canary}`,
    `https://h/x?PASSWORD=${canary}`,
  ])('keeps the secret of %s out of message and hint', (uri) => {
    const error = new CairnError('unavailable', `can't read "${uri}"`, { hint: `Is ${uri} right?` });
    expect(error.message + error.hint + error.stack).not.toContain(canary);
  });

  test('leaves all else as it is', () => {
    const texts = [
      'mail someone@example.com',
      's3://bucket/a@b?versionId=v1',
      'https://host:8080/x?page=2&sort=size#signature=no-query',
      'acme/bikes/data@blake3:00',
    ];
    for (const text of texts) expect(redact(text)).toBe(text);
    expect(redact('see https://u:p@h/x?a=1&sig=z&b=2, then go on')).toBe(
      'see https://***@h/x?a=1&sig=***&b=2, then go on',
    );
  });

  test('a second time changes nothing', () => {
    const part = fc.constantFrom(
      'https://',
      'u:p',
      '@',
      '/',
      '?',
      '&',
      'token=',
      'sig=',
      'x',
      ' ',
      '"',
      '#',
      '***',
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const once = redact(parts.join(''));
        expect(redact(once)).toBe(once);
      }),
    );
  });

  test('takes no longer for a hostile text', () => {
    for (const unit of ['a-', 'a://', '?a', 'token', '@', '&']) {
      expect(redact(unit.repeat(200_000))).toBe(unit.repeat(200_000));
    }
  });
});

test('docs/errors.md has a section for every code, and for nothing else', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(errorCodes.map((code) => `\`${code}\``));
  for (const section of page.split(/^## /m).slice(1)) {
    expect(section.replace(/^.*\n/, '').trim().length, section).toBeGreaterThan(80);
  }
});
