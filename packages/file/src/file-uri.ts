import { posix, win32 } from 'node:path';
import { CairnError, checkUri, quote, schemeOf } from '@cairn/core';

/**
 * The absolute path that a text names: `file:///path`, `file://localhost/path`, or a path, which is taken as it is
 * and from the working folder if it is relative.
 *
 * @param platform Whose paths are meant; that of this machine unless a test asks for another.
 * @throws CairnError `uri_invalid`.
 */
export function parseFileUri(text: string, platform: NodeJS.Platform = process.platform): string {
  checkUri(text);
  const isPath = schemeOf(text) === undefined;
  if (platform !== 'win32') return posix.resolve(isPath ? text : decode(text));
  const absolute = win32.resolve(isPath ? text : withDrive(text, decode(text)));
  if (absolute.startsWith('\\\\')) throw invalid(text, 'it is on another machine');
  return absolute;
}

/**
 * The `file:` URI of an absolute path, the same on every system and in every version: all but letters, digits and
 * `-_.!~*'()` is percent-encoded. (That of `node:url` differs between versions of Node, and a reference's URI is part
 * of the artifact's digest.)
 */
export function formatFileUri(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return `file://${path.split('/').map(encodeURIComponent).join('/')}`;
  const [drive, ...segments] = path.split('\\');
  return `file:///${[drive, ...segments.map(encodeURIComponent)].join('/')}`;
}

/** Takes the path out of a URI by its own grammar: `new URL` would drop a query and rewrite `\` and dots. */
function decode(uri: string): string {
  const encoded = /^file:(?:\/\/(?:localhost)?)?(\/.*)$/i.exec(uri)?.[1];
  if (encoded === undefined || encoded.startsWith('//')) {
    throw invalid(uri, 'it names another machine, or no absolute path');
  }
  if (/[?#]/.test(encoded)) throw invalid(uri, 'a file has no query and no fragment');
  if (/%(?:2f|00)/i.test(encoded)) throw invalid(uri, 'a file name has no slash and no NUL');
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw invalid(uri, 'its percent-encoding is not that of UTF-8', cause);
  }
}

function withDrive(uri: string, path: string): string {
  if (/^\/[A-Za-z]:(?:[\\/]|$)/.test(path)) return path.slice(1);
  throw invalid(uri, 'it names no drive');
}

function invalid(text: string, problem: string, cause?: unknown): CairnError {
  return new CairnError('uri_invalid', `${quote(text)} can't be a reference to a file: ${problem}`, {
    hint: 'Write file:/// and an absolute path, with % as %25, ? as %3F and # as %23; or the path itself.',
    ...(cause === undefined ? {} : { cause }),
  });
}
