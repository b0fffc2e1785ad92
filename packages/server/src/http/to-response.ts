import type { Answer } from '../route.js';

/** On every answer: nothing here is a page, or to be kept by anybody in between. */
const always: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** An answer as the web's own class. Its body, if it is a stream, is read as fast as it is taken. */
export function toResponse(answer: Answer, headers: Readonly<Record<string, string>>): Response {
  const { status, json, body } = answer;
  const isJson = json !== undefined;
  return new Response(isJson ? JSON.stringify(json) : toBody(body), {
    status,
    headers: {
      ...always,
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...headers,
      ...answer.headers,
    },
  });
}

function toBody(body: Answer['body']): ReadableStream<Uint8Array> | string | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) return null;
  if (typeof body === 'string' || body instanceof Uint8Array) return body as string | Uint8Array<ArrayBuffer>;
  const iterator = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 }, // nothing is read of an answer that nobody takes
  );
}
