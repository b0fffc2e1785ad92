import type { VerifyReport, Version } from '@cairn/sdk';
import { type ExitCode, exitCodes } from '../failure/exit-codes.js';
import type { Invocation } from '../invocation.js';
import { addressOf } from '../look/version-list.js';
import { countOf } from '../output/format.js';
import { type ListRequest, printList, printRecord } from '../output/print-list.js';

interface Finding {
  readonly state: 'changed' | 'missing' | 'unverified' | 'extra';
  readonly path: string;
}

const findingList: ListRequest<Finding> = {
  columns: [
    {
      heading: 'STATE',
      text: ({ state }) => state,
      color: ({ red }) => red,
    },
    { heading: 'PATH', shrinks: true, text: ({ path }) => path },
  ],
  id: ({ path }) => path,
  json: (finding) => finding,
};

/** Prints how a folder compares with a version. @returns Whether its files are right. */
export async function printFolderCheck(
  { output, refOf }: Invocation,
  version: Version<object>,
  folder: string,
  report: VerifyReport,
): Promise<ExitCode> {
  const { ok, changed, missing, unverified, stranger } = report;
  const isRight = changed.length + missing.length === 0;
  const exitCode = isRight ? exitCodes.ok : exitCodes.damaged;
  if (output.format === 'json') {
    const { entity, project, name } = version;
    await printRecord(output, {
      ...{ entity, project, name, version: version.version, folder, ok: isRight, right: ok.length },
      ...{ changed, missing, unverified, extra: stranger },
    });
    return exitCode;
  }
  const findings = [
    ...changed.map((path): Finding => ({ state: 'changed', path })),
    ...missing.map((path): Finding => ({ state: 'missing', path })),
  ];
  const others = [
    ...unverified.map((path): Finding => ({ state: 'unverified', path })),
    ...stranger.map((path): Finding => ({ state: 'extra', path })),
  ];
  await printList(output, output.isQuiet ? findings : [...findings, ...others], findingList);
  output.talk(
    isRight
      ? `${folder} is ${addressOf(version)}: ${countOf(ok.length, 'file')} verified`
      : `${folder} is not ${addressOf(version)}: ${changed.length} changed, ${missing.length} missing, ${ok.length} right; mend it with: cairn get ${refOf(version)} ${folder}`,
  );
  return exitCode;
}
