const begin = '<!-- bench:peers -->';
const end = '<!-- /bench:peers -->';

/** What a page has between the markers. */
export function readBlock(page: string): string {
  const [from, to] = bounds(page);
  return page.slice(from, to).trim();
}

/** The page with something else between the markers. */
export function replaceBlock(page: string, block: string): string {
  const [from, to] = bounds(page);
  return `${page.slice(0, from)}\n${block === '' ? '' : `\n${block}\n\n`}${page.slice(to)}`;
}

function bounds(page: string): [number, number] {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page has no ${begin} … ${end}`);
  return [from + begin.length, to];
}
