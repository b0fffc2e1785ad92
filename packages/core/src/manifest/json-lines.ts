import { CairnError } from '../errors.js';
import { parseJson } from '../parse-json.js';
import { quote } from '../printable.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What every line ends with, the last one too. */
export const lineFeed = 0x0a;

/** The lines of JSON-lines text, without their line feeds. @throws CairnError `manifest_invalid`. */
export function splitLines(bytes: Uint8Array): string[] {
  checkLastLine(bytes);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw damaged('it is not UTF-8', cause);
  }
  return text === '' ? [] : text.slice(0, -1).split('\n');
}

/** Checks that the last line is whole. @throws CairnError `manifest_invalid`. */
export function checkLastLine(bytes: Uint8Array): void {
  if (bytes.length > 0 && bytes.at(-1) !== lineFeed) throw damaged('its last line is cut');
}

/** One line as a JSON object. @throws CairnError `manifest_invalid`. */
export function parseLine(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch (cause) {
    throw damaged(`${quote(line)} is not JSON`, cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw damaged(`${quote(line)} is not an object`);
}

/** The error of everything that a manifest can't be. */
export function damaged(problem: string, cause?: unknown): CairnError {
  return new CairnError('manifest_invalid', `the manifest can't be read: ${problem}`, {
    hint: 'It is damaged, or something else wrote it.',
    ...(cause === undefined ? {} : { cause }),
  });
}
