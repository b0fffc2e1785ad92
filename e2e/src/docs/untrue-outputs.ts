import { printsAsTold } from './expected-output.js';
import { outputByBlock } from './page-program.js';
import type { Page } from './read-page.js';

/** What a page says that its programs print and what they printed instead, by the line after the block. */
export function untrueOutputs(page: Page, stdout: string): { line: number; told: string; printed: string }[] {
  const byBlock = outputByBlock(page, stdout);
  return page.blocks.flatMap(({ end, output }) => {
    const printed = byBlock.get(end) ?? '';
    return output === undefined || printsAsTold(printed, output)
      ? []
      : [{ line: end, told: output, printed }];
  });
}
