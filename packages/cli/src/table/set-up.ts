import type { Argument, Command, CommandOption } from '../command.js';

const key: Argument = { name: 'key', summary: 'store, entity, project or mode' };
const inProject: CommandOption = {
  flags: '--in-project',
  summary: 'in cairn.json, which is meant to be committed',
};

/** Commands about the command line itself. */
export const setUpCommands: readonly Command[] = [
  {
    name: 'demo',
    group: 'Set up',
    summary: 'log the history of a small pipeline, to look around in',
    examples: [
      { does: 'In a folder of its own', line: 'cairn demo --store ./demo && cairn ls --store ./demo' },
    ],
    json: [{ shape: 'list', of: 'version' }],
    habits: ['init', 'quickstart'],
    load: () => import('../commands/demo.js'),
  },
  {
    name: 'status',
    group: 'Set up',
    summary: 'say which store, project and profile commands work with, and why',
    examples: [{ does: 'Before a command that matters', line: 'cairn status' }],
    json: [{ shape: 'record', of: 'status' }],
    load: () => import('../commands/status.js'),
  },
  {
    name: 'doctor',
    group: 'Set up',
    summary: 'look for what is wrong with settings, store, server and cache, and say how to mend it',
    description:
      'Ends with 1 when something is. Where one may write, it stores a few bytes and reads them back; the next gc removes them.',
    examples: [{ does: 'When nothing works', line: 'cairn doctor' }],
    json: [{ shape: 'list', of: 'check' }],
    habits: ['diagnose'],
    load: () => import('../commands/doctor.js'),
  },
  {
    name: 'config get',
    group: 'Set up',
    summary: 'print the value that holds',
    args: [key],
    examples: [{ does: 'For a script', line: 'cairn config get project' }],
    json: [{ shape: 'record', of: 'setting' }],
    load: () => import('../commands/config-get.js'),
  },
  {
    name: 'config set',
    group: 'Set up',
    summary: 'set a value',
    description:
      'It is set in the profile of the user. A flag comes before the environment, that before cairn.json, that before the user’s file.',
    args: [key, { name: 'value', summary: 'its value' }],
    options: [inProject],
    examples: [
      { does: 'For all who work in this folder', line: 'cairn config set project bikes --in-project' },
      { does: 'A second store', line: 'cairn config set store /data/cairn --profile big' },
    ],
    load: () => import('../commands/config-set.js'),
  },
  {
    name: 'config unset',
    group: 'Set up',
    summary: 'take a value away',
    args: [key],
    options: [inProject],
    examples: [{ does: 'The default again', line: 'cairn config unset entity' }],
    load: () => import('../commands/config-unset.js'),
  },
  {
    name: 'config list',
    group: 'Set up',
    summary: 'list the values that hold',
    options: [{ flags: '--show-origin', summary: 'also where each comes from' }],
    examples: [{ does: 'What holds here, and why', line: 'cairn config list --show-origin' }],
    json: [{ shape: 'list', of: 'setting' }],
    load: () => import('../commands/config-list.js'),
  },
  {
    name: 'config use',
    group: 'Set up',
    summary: 'make a profile the one that holds',
    args: [{ name: 'profile', summary: 'its name', completes: 'profile' }],
    examples: [{ does: 'From now on', line: 'cairn config use big' }],
    load: () => import('../commands/config-use.js'),
  },
  {
    name: 'completion',
    group: 'Set up',
    summary: 'print what makes a shell complete commands, names, versions and aliases',
    args: [{ name: 'shell', summary: 'bash, zsh or fish' }],
    examples: [
      { does: 'In ~/.bashrc', line: 'source <(cairn completion bash)' },
      { does: 'In ~/.zshrc', line: 'source <(cairn completion zsh)' },
      { does: 'In ~/.config/fish/config.fish', line: 'cairn completion fish | source' },
    ],
    load: () => import('../commands/completion.js'),
  },
  {
    name: 'version',
    group: 'Set up',
    summary: 'print the versions of Cairn and of what it runs on',
    examples: [{ does: 'For a report of an error', line: 'cairn version' }],
    json: [{ shape: 'record', of: 'release' }],
    load: () => import('../commands/version.js'),
  },
];
