/** An element, its text or its children. */
export function element(name: string, ...content: readonly (string | number | boolean)[]): string {
  return `<${name}>${content.join('')}</${name}>`;
}

/** Text as it stands in a document. What XML can't carry at all becomes a question mark, as a careless server writes it. */
export function text(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 has no way to write
  const carried = value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '?');
  return carried.replace(/[&<>"\r\n\t]/g, (c) => `&#${c.charCodeAt(0)};`);
}

export function document(root: string, ...content: readonly string[]): string {
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${content.join('')}</${root}>`;
}

/** The texts of all elements of a name, wherever they are. Enough for what the SDK sends. */
export function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((match) =>
    decodeEntities(match[1] ?? ''),
  );
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(escaped: string): string {
  return escaped.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[name] ?? whole;
  });
}
