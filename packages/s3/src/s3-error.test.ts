import { inspect } from 'node:util';
import { expectCairnError } from '@cairn/conformance';
import { bytes, onlyEntry, readText } from '@cairn/testing';
import { describe, expect, test } from 'vitest';
import { withDouble } from '../test/double.js';
import { s3Handler } from './index.js';

describe('access', () => {
  test('403 is forbidden, and never missing', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    server.order({ kind: 'error', status: 403, code: 'AccessDenied' }, { times: 99 });
    await expectCairnError(handler.open(entry), 'forbidden');
    await expectCairnError(handler.verify?.(entry) ?? Promise.resolve(), 'forbidden');
    expect(server.count('GetObject')).toBe(1);
    const error = await expectCairnError(handler.open({ ...entry, extra: { versionId: 'v' } }), 'forbidden');
    expect(error.hint).toContain('s3:GetObjectVersion');
  });

  test('an archived object says so', async () => {
    const { handler, bucket, server } = await withDouble();
    bucket.put('model.h5', bytes('weights'));
    const entry = await onlyEntry(handler.observe('s3://bucket/model.h5'));
    server.order({ kind: 'error', status: 403, code: 'InvalidObjectState' }, { operation: 'GetObject' });
    const error = await expectCairnError(handler.open(entry), 'unavailable');
    expect([error.isRetryable, error.hint]).toEqual([false, expect.stringContaining('Restore')]);
  });

  test('wrong credentials are named as such, and shown nowhere', async () => {
    const { clientConfig, server, bucket } = await withDouble();
    bucket.put('images/x', bytes('x'));
    for (const wrong of [
      { ...server.credentials, secretAccessKey: 'CANARY-SECRET', sessionToken: 'CANARY-TOKEN' },
      { accessKeyId: 'UNKNOWN', secretAccessKey: 'CANARY-SECRET', sessionToken: 'CANARY-TOKEN' },
    ]) {
      const handler = s3Handler({ clientConfig: { ...clientConfig, credentials: wrong } });
      server.order(
        {
          kind: 'answer',
          change: (answer) => ({
            ...answer,
            body: Buffer.from(
              Buffer.from(answer.body)
                .toString()
                .replace(
                  '</Error>',
                  '<CanonicalRequest>x-amz-security-token:CANARY-TOKEN</CanonicalRequest></Error>',
                ),
            ),
          }),
        },
        { times: 2 },
      );
      const error = await expectCairnError(handler.observe('s3://bucket/images/'), 'unauthenticated');
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('CANARY');
    }
  });

  test('no credentials at all are told apart from wrong ones', async () => {
    const { clientConfig } = await withDouble();
    const credentials = async () => {
      throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    };
    const handler = s3Handler({ clientConfig: { ...clientConfig, credentials } });
    const error = await expectCairnError(handler.observe('s3://bucket/x.txt'), 'unauthenticated');
    expect(error.hint).toContain('AWS_ACCESS_KEY_ID');
  });

  test('a bucket whose readers pay is read by who says so', async () => {
    const { clientConfig, bucket } = await withDouble();
    bucket.requesterPays = true;
    bucket.put('images/x', bytes('x'));
    await expectCairnError(s3Handler({ clientConfig }).observe('s3://bucket/images'), 'forbidden');
    const payer = s3Handler({ clientConfig, requesterPays: true });
    const entry = await onlyEntry(payer.observe('s3://bucket/images'));
    expect(await readText(payer.open(entry))).toBe('x');
    expect(await payer.verify?.(entry)).toBe('match');
  });

  test('a server that is not there is unavailable', async () => {
    const { clientConfig, server } = await withDouble();
    await server.close();
    const handler = s3Handler({ clientConfig: { ...clientConfig, maxAttempts: 1 } });
    await expectCairnError(handler.observe('s3://bucket/x.txt'), 'unavailable');
  });
});
