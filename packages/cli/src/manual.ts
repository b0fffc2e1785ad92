import { type Command, type CommandOption, groups } from './command.js';
import { exitCodeMeanings, exitCodes } from './failure/exit-codes.js';
import { globalOptions, shownFlags } from './global-options.js';
import { type Field, type RecordName, records } from './json/records.js';

const intro = `# The command line

\`cairn\` is the sdk in a terminal: \`npm i -g @cairn/cli\`, or \`npx @cairn/cli <command>\`. \`cairn help <command>\` says what is
written here. This page is made of the table of commands; a test keeps them equal. What is left out on purpose is in
[decision 17](decisions/017-command-line.md).

- **Results go to stdout, talk to stderr.** A terminal gets tables that fit it, colours and rounded sizes. A pipe gets lines
  of exact values (bytes, times in UTC) with tabs between them, uncut and without a heading.
- **\`--json\`** prints the [records](#json) below, and an error as \`{"error":{"code","message","hint"}}\` on stderr.
  \`--json=name,size\` prints only these fields. **\`-q\`** prints ids or paths, one a line, as the
  next command takes them: \`project/name:v3\` where the project is another than that of the settings.
  \`CAIRN_SILENT=1\` leaves only the talk out.
- **Colours** obey \`NO_COLOR\`, \`CLICOLOR_FORCE\` and \`TERM=dumb\`. Bars and questions need a terminal on both sides, and none of
  \`CI\`, \`TERM=dumb\` and \`--no-input\`.
- **Progress**: a bar on a terminal; else a line every ten seconds; \`--progress=json\` prints a line of JSON for each step on
  stderr: \`message_type\` (\`status\`, \`summary\`), \`phase\`, \`bytes_done\`, \`total_bytes\`, \`bytes_reused\`, \`bytes_per_second\`,
  \`seconds_left\`, \`files_done\`, \`total_files\`, \`path\`, \`current_files\` (the largest on their way, at most three). Nothing else
  is on stderr then; a failure is the last line, with the \`message_type\` \`error\` and the \`error\` of \`--json\`.
- **Ctrl-C** stops in order and says what is kept; a second one quits at once.
- **A value that starts with \`-\`** comes after \`--\`, or after \`=\` for an option: \`--sort=-created\`.

A version is addressed as \`[[entity/]project/]name\`, then \`:v3\`, \`:best\` or \`@blake3:…\`, or nothing for the latest. The
link of a page of the store's server is as good.

## Settings

A flag comes before the environment, that before \`cairn.json\` in the nearest folder upwards (to be committed; it holds no
secrets), that before the user's file (\`config.json\` in \`CAIRN_CONFIG_DIR\`, else where the system keeps settings), which has
profiles. \`cairn config list --show-origin\` says what holds and why.

| setting | flag | environment | default |
| --- | --- | --- | --- |
| \`store\` | \`--store\`, \`--host\` | \`CAIRN_STORE\` | \`.cairn\` in the nearest folder upwards that has one |
| \`entity\` | \`-e\` | \`CAIRN_ENTITY\` | \`local\` |
| \`project\` | \`-p\` | \`CAIRN_PROJECT\` | \`default\` |
| \`mode\` | | \`CAIRN_MODE\` | \`online\` |
| the profile | \`--profile\` | \`CAIRN_PROFILE\` | what \`cairn config use\` said, else \`default\` |
| the key of a server | | \`CAIRN_API_KEY\` | what the profile has for this very server |
| the cache | | \`CAIRN_CACHE_DIR\` | where the system keeps caches |
| what \`put\` is as a job | | \`CAIRN_JOB_TYPE\` | \`put\` |
| the key of an [encrypted](encryption.md) store | | \`CAIRN_ENCRYPTION_KEY_FILE\`, \`CAIRN_ENCRYPTION_KEY\` | none |

Completion waits for at most half a second, or \`CAIRN_COMPLETION_TIMEOUT\` milliseconds, and then offers nothing.

A server that only \`cairn.json\` names gets no key: the file may come from someone else.
`;

/** The manual of the command line, in Markdown. */
export function manual(table: readonly Command[]): string {
  const commands = groups.flatMap((group) => {
    const own = table.filter((command) => command.group === group);
    return own.length === 0 ? [] : [`## ${group}`, ...own.map(commandText)];
  });
  const sections = [intro.trimEnd(), exitCodesText(), globalText(), ...commands, jsonText()];
  return `${sections.join('\n\n')}\n`;
}

function exitCodesText(): string {
  const rows = Object.entries(exitCodes).map(
    ([name, code]) => `| ${code} | ${exitCodeMeanings[name as keyof typeof exitCodes]} |`,
  );
  return `## Exit codes\n\n| code | means |\n| --- | --- |\n${rows.join('\n')}`;
}

function globalText(): string {
  return `## Options of every command\n\n${optionsText(globalOptions)}`;
}

function optionsText(options: readonly CommandOption[]): string {
  const rows = options.map(({ flags, summary, many, choices }) => {
    const values = choices === undefined ? '' : `: ${choices.map((choice) => `\`${choice}\``).join(', ')}`;
    return `| \`${shownFlags(flags)}\` | ${cell(summary)}${values}${many === true ? '; may be repeated' : ''} |`;
  });
  return `| option | does |\n| --- | --- |\n${rows.join('\n')}`;
}

function commandText({
  name,
  summary,
  description,
  args = [],
  options = [],
  examples,
  json = [],
}: Command): string {
  const usage = args.map((arg) => {
    const inner = arg.many === true ? `${arg.name}...` : arg.name;
    return arg.optional === true ? ` [${inner}]` : ` <${inner}>`;
  });
  const lines = examples.map(({ does, line }) => `# ${does}\n${line}`);
  const parts = [
    `### cairn ${name}`,
    `\`cairn ${name}${usage.join('')}\`: ${summary}.${description === undefined ? '' : ` ${description}`}`,
    args.length === 0
      ? ''
      : `| argument | is |\n| --- | --- |\n${args.map((arg) => `| \`${arg.name}\` | ${cell(arg.summary)} |`).join('\n')}`,
    options.length === 0 ? '' : optionsText(options),
    `\`\`\`sh\n${lines.join('\n')}\n\`\`\``,
    json.length === 0
      ? ''
      : `With \`--json\`: ${json.map(({ shape, of, when }) => `${shape === 'list' ? 'a list of' : 'one'} [${of}](#${anchor(of)})${when === undefined ? '' : ` ${when}`}`).join('; ')}.`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function jsonText(): string {
  const sections = Object.entries(records).map(([name, fields]) => recordText(name as RecordName, fields));
  const text =
    'Fields are added in new releases, never renamed or taken away. Every field is always there; one that may be `null` says so. ' +
    'Times are in ISO 8601, in UTC; sizes are in bytes.';
  return ['## JSON', text, ...sections].join('\n\n');
}

function recordText(name: RecordName, fields: readonly Field[]): string {
  const rows = fields.map(({ name, type, nullable, means }) => {
    return `| \`${name}\` | ${type}${nullable === true ? ' or null' : ''} | ${cell(means)} |`;
  });
  return `### ${heading(name)}\n\n| field | type | is |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

/** So that no record has the anchor of a command. */
function heading(name: RecordName): string {
  return `record: ${name}`;
}

function anchor(name: RecordName): string {
  return heading(name).replaceAll(':', '').replaceAll(' ', '-');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
