import { exec } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Registry } from './registry.js';

/** A project of someone who installs Cairn from npm: a folder far from this repository. */
export interface Project {
  readonly folder: string;
  write(path: string, text: string): void;
  /** Copies a file or folder of this repository. */
  copy(from: string, to: string): void;
  /** Runs a command line there. Rejects when it fails, with all that it printed. Resolves with its standard output. */
  shell(command: string): Promise<string>;
  close(): void;
}

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

export function openProject(registry: Registry, packageJson: object): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cairn-consumer-')));
  function write(path: string, text: string): void {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  write('package.json', JSON.stringify(packageJson));
  // The cool-down is that of this repository's own .npmrc: what was released today is not what is tested here.
  const settings = [
    `@cairn:registry=${registry.url}`,
    'noproxy=127.0.0.1',
    'min-release-age=35',
    'prefer-offline=true',
    'audit=false',
    'fund=false',
  ];
  write('.npmrc', settings.join('\n'));

  return {
    folder,
    write,
    copy: (from, to) => cpSync(join(root, from), join(folder, to), { recursive: true }),
    async shell(command) {
      try {
        const { stdout } = await promisify(exec)(command, {
          cwd: folder,
          env: environment(join(folder, 'home')),
        });
        return stdout;
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        throw new Error(`${command} failed\n${stdout}\n${stderr}`, { cause: error });
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Compiles sources of a project in place, as strictly as can be, the declarations of its dependencies included. */
export async function compile(project: Project, folder: string, options: object): Promise<void> {
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    rootDir: '.',
    ...options,
  };
  project.write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await project.shell(`"${process.execPath}" "${tsc}" -p ${folder} --pretty false`);
}

/** Without what npm and vitest tell their children, and without what would lead to this user's own settings or store. */
function environment(home: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(CAIRN_|VITEST|NODE_ENV$|INIT_CWD$|npm_(package|lifecycle|config_local_prefix))/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    XDG_STATE_HOME: home,
  };
}
