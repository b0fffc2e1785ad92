// Loaded before a program (`node --import`): tells the parent at the end, on file descriptor 3, what the process used.
import { writeSync } from 'node:fs';

process.once('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMB: (maxRSS * 1024) / 1e6 };
  writeSync(3, JSON.stringify(usage));
});
