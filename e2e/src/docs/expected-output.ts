/** Whether a program printed what its page says. An `…` on the page stands for any part of a line. */
export function printsAsTold(printed: string, told: string): boolean {
  const parts = told.trimEnd().split('…');
  const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.+');
  return new RegExp(`^${pattern}$`).test(printed.trimEnd());
}
