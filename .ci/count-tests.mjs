// Adds up the reports of test runs in a folder: prints how many tests passed and how many failed.
import { readReports } from './reports.mjs';

const reports = readReports(process.argv[2]);
const sum = (count) => reports.map(count).reduce((a, b) => a + b, 0);
console.log(
  sum(({ numPassedTests }) => numPassedTests),
  sum(({ numFailedTests }) => numFailedTests),
);
