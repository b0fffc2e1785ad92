import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';

/** A temporary folder in which the programs of pages are compiled and run against the built packages. */
export interface Workshop {
  /** What the compiler says of programs, by the page's path; each starts with the line of the page. */
  compile(programs: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Runs a program in an empty folder of its own. */
  run(path: string, program: string): Promise<{ status: number; stdout: string; stderr: string }>;
  close(): void;
}

const compilerOptions = {
  target: 'ES2023',
  lib: ['ES2023', 'ESNext.Disposable'],
  types: ['node'],
  module: 'NodeNext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
};

export function openWorkshop(root: string): Workshop {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cairn-docs-')));
  const modules = join(root, 'node_modules');
  symlinkSync(modules, join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');

  return {
    async compile(programs) {
      const files = new Map([...programs.keys()].map((path) => [moduleName(path), path]));
      for (const [path, code] of programs) writeFileSync(join(folder, moduleName(path)), code);
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: [...files.keys()] }),
      );
      const tsc = join(modules, 'typescript/bin/tsc');
      const { stdout } = await node([tsc, '-p', folder, '--pretty', 'false'], { cwd: folder });
      const errors = new Map([...programs.keys()].map((path): [string, string[]] => [path, []]));
      for (const line of stdout.split('\n').filter((text) => /error TS/.test(text))) {
        const [, file = '', where = '', what = ''] = /^(.*?)\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
        const found = errors.get(files.get(file) ?? '');
        if (found === undefined) throw new Error(line);
        found.push(`${where}: ${what}`);
      }
      return errors;
    },

    async run(path, program) {
      const { code } = transformSync(program, {
        loader: 'ts',
        target: 'node20.19',
        sourcefile: path,
        sourcemap: 'inline',
      });
      const file = join(folder, `${moduleName(path)}.mjs`);
      writeFileSync(file, code);
      const cwd = join(folder, `${moduleName(path)}.folder`);
      const home = join(folder, `${moduleName(path)}.home`);
      for (const made of [cwd, home]) mkdirSync(made);
      return node(['--enable-source-maps', file], { cwd, env: { ...cleanEnvironment(), HOME: home } });
    },

    close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function moduleName(path: string): string {
  return `${path.replaceAll('/', '__')}.ts`;
}

/** Without what would lead a program to another store or to this user's own settings. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CAIRN_|XDG_|VITEST)/.test(name)),
  );
}

function node(
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode ?? 1, stdout, stderr });
    });
  });
}
