import { appendFileSync } from 'node:fs';

/**
 * Says how often a promise was put to the test. Where `CAIRN_FAULTS_REPORT` names a file, `npm run faults` sums up what all
 * tests say there.
 */
export function report(promise: string, counts: Readonly<Record<string, number>>): void {
  const text = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  console.info(`${promise}: ${text.join(', ')}`);
  const file = process.env.CAIRN_FAULTS_REPORT;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ promise, counts })}\n`);
}
