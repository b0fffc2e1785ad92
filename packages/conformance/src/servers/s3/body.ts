import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Failure } from './failure.js';

/** What came in, and the checksum headers to keep with it, those of a trailer among them. */
export interface S3Body {
  readonly bytes: Uint8Array;
  readonly checksums: Readonly<Record<string, string>>;
}

const hashes: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  'x-amz-checksum-crc32': (bytes) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum.toString('base64');
  },
  'x-amz-checksum-sha1': (bytes) => createHash('sha1').update(bytes).digest('base64'),
  'x-amz-checksum-sha256': (bytes) => createHash('sha256').update(bytes).digest('base64'),
};

/**
 * Reads a request's body and checks it against everything that was said of it: its length, `Content-MD5`, the signed
 * SHA-256 and the checksums, also where they come in a trailer of an `aws-chunked` body.
 */
export async function readBody(message: IncomingMessage): Promise<S3Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const received = Buffer.concat(chunks);
  const header = (name: string) => String(message.headers[name] ?? '');
  const isFramed = header('content-encoding').includes('aws-chunked');
  const { bytes, trailer } = isFramed ? unframe(received) : { bytes: received, trailer: {} };

  if (isFramed && bytes.length !== Number(header('x-amz-decoded-content-length'))) {
    throw new S3Failure(400, 'IncompleteBody');
  }
  const signed = header('x-amz-content-sha256');
  if (/^[0-9a-f]{64}$/.test(signed) && createHash('sha256').update(bytes).digest('hex') !== signed) {
    throw new S3Failure(400, 'XAmzContentSHA256Mismatch');
  }
  const md5 = header('content-md5');
  if (md5 !== '' && createHash('md5').update(bytes).digest('base64') !== md5) {
    throw new S3Failure(400, 'BadDigest');
  }
  const checksums: Record<string, string> = {};
  for (const [name, hash] of Object.entries(hashes)) {
    const claimed = trailer[name] ?? header(name);
    if (claimed === '') continue;
    if (hash(bytes) !== claimed) throw new S3Failure(400, 'BadDigest');
    checksums[name] = claimed;
  }
  return { bytes, checksums };
}

/** Takes the framing of `aws-chunked` off: `size[;extension] CRLF bytes CRLF … 0 CRLF trailer`. */
function unframe(framed: Buffer): { bytes: Buffer; trailer: Record<string, string> } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = framed.indexOf('\r\n', at);
    if (lineEnd === -1) throw new S3Failure(400, 'IncompleteBody');
    const size = Number.parseInt(framed.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) throw new S3Failure(400, 'InvalidRequest');
    at = lineEnd + 2;
    if (size === 0) break;
    parts.push(framed.subarray(at, at + size));
    at += size + 2;
  }
  const lines = framed.toString('latin1', at).split('\r\n');
  const trailer = Object.fromEntries(
    lines.filter((line) => line.includes(':')).map((line) => line.split(/:(.*)/s).slice(0, 2)),
  );
  return { bytes: Buffer.concat(parts), trailer };
}
