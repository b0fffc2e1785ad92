import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

/** A fenced block of code on a page. */
export interface CodeBlock {
  /** The first word beside the opening fence; empty when there is none. */
  readonly language: string;
  /** The second word: the file of this repository that the block shows. */
  readonly file?: string;
  readonly text: string;
  /** The line of the page on which the text starts, counted from 1. */
  readonly start: number;
  /** The line of the closing fence. */
  readonly end: number;
  /** What the block says it prints: the `text` block that follows it under the same heading. */
  readonly output?: string;
}

export interface Page {
  /** Relative to the top of the repository. */
  readonly path: string;
  readonly lineCount: number;
  readonly blocks: readonly CodeBlock[];
  /** The targets of its links and pictures. */
  readonly links: readonly string[];
}

export function readPage(root: string, path: string): Page {
  return parsePage(path, readFileSync(join(root, path), 'utf8'));
}

export function parsePage(path: string, markdown: string): Page {
  const tokens = new MarkdownIt().parse(markdown, {});
  const blocks: CodeBlock[] = [];
  let program: CodeBlock | undefined;
  for (const { type, info, content, map } of tokens) {
    if (type === 'heading_open') program = undefined;
    if (type !== 'fence' && type !== 'code_block') continue;
    const [language = '', file] = info.split(/\s+/);
    const [first = 0, after = 0] = map ?? [];
    const block = {
      language,
      ...(file === undefined ? {} : { file }),
      text: content,
      start: first + 2,
      end: after,
    };
    if (language === 'text' && program !== undefined) {
      blocks.splice(blocks.indexOf(program), 1, { ...program, output: content });
    }
    program = isProgram(block) ? block : undefined;
    blocks.push(block);
  }
  const links = tokens
    .flatMap(({ children }) => children ?? [])
    .flatMap((token) => token.attrGet('href') ?? token.attrGet('src') ?? [])
    .map(String);
  return { path, lineCount: markdown.split('\n').length, blocks, links };
}

/** Whether a block is run as it stands. One that shows a file is run where that file is. */
export function isProgram({ language, file }: CodeBlock): boolean {
  return language === 'ts' && file === undefined;
}
