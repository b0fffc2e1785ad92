import { type Agent, request } from 'node:http';

/** A request as it goes over the wire: no client between makes its path or its headers better than they are. */
export interface Sending {
  readonly port: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly agent?: Agent | false;
}

/** Sends a request and takes the whole answer. */
export function send({ body, ...to }: Sending): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', ...to });
    sent.once('error', reject);
    sent.once('response', (incoming) => {
      // A server may answer before it was told all, and then hears no more.
      sent.off('error', reject).on('error', () => undefined);
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const { statusCode: status = 0, headersDistinct } = incoming;
        const headers = new Headers();
        for (const [name, values = []] of Object.entries(headersDistinct))
          for (const value of values) headers.append(name, value);
        const isEmpty = status === 204 || status === 304;
        resolve(new Response(isEmpty ? null : Buffer.concat(chunks), { status, headers }));
      });
    });
    sent.end(body);
  });
}
