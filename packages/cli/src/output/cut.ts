import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** What is too wide ends in `…`. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** A line that may be coloured; what of it is cut loses its colours. */
export function cutLine(line: string, width: number): string {
  const text = stripVTControlCharacters(line);
  return stringWidth(text) <= width ? line : cut(text, width);
}
