import type { Invocation } from '../invocation.js';
import { type ListRequest, printList } from '../output/print-list.js';
import { type Setting, settingKeys } from '../settings/settings.js';

interface Listed extends Setting {
  readonly key: string;
}

const columns: ListRequest<Listed>['columns'] = [
  { heading: 'KEY', text: ({ key }) => key, color: ({ cyan }) => cyan },
  { heading: 'VALUE', shrinks: true, text: ({ value }) => value },
  { heading: 'ORIGIN', shrinks: true, text: ({ origin }) => origin, color: ({ dim }) => dim },
];

export async function run({ options, output, settings }: Invocation): Promise<void> {
  const listed = settingKeys.flatMap((key) => {
    const found = settings.values[key];
    return found === undefined ? [] : [{ key, ...found }];
  });
  if (listed.length === 0) output.talk('nothing is set: the defaults hold');
  await printList(output, listed, {
    columns: options.has('show-origin') ? columns : columns.slice(0, 2),
    id: ({ key }) => key,
    json: ({ key, value, source, origin }) => ({ key, value, source, origin }),
  });
}
