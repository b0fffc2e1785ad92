/** What is sent for a request. */
export interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** As the web's own class. A body that is a stream is read as fast as it is taken. */
export function toResponse({ status, headers, body }: Sent): Response {
  return new Response(toBody(body), { status, headers });
}

function toBody(body: Sent['body']): ReadableStream<Uint8Array> | string | Uint8Array<ArrayBuffer> | null {
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
