// Names the tests that failed, by the reports in a folder, and the files that broke before any test: a line each.
import { relative } from 'node:path';
import { readReports } from './reports.mjs';

for (const { testResults } of readReports(process.argv[2])) {
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    const file = relative(process.cwd(), name);
    if (status === 'failed' && failed.length === 0) print(file, message);
    for (const { fullName, failureMessages } of failed) print(`${file}: ${fullName}`, failureMessages[0]);
  }
}

function print(what, why = '') {
  process.stdout.write(`\n          ${what}: ${why.split('\n', 1)[0].slice(0, 200)}`);
}
