// Adds up the reports that vitest left in CAIRN_TEST_REPORTS: prints how many tests passed and how many failed, and on
// standard error which.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.CAIRN_TEST_REPORTS ?? '';
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const sum = (count) => reports.map(count).reduce((a, b) => a + b, 0);
console.log(
  sum(({ numPassedTests }) => numPassedTests),
  sum(({ numFailedTests }) => numFailedTests),
);
for (const { testResults } of reports) {
  for (const { name, assertionResults } of testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'failed')
        console.error(`failed: ${name}: ${fullName}: ${failureMessages[0]?.slice(0, 500)}`);
    }
  }
}
