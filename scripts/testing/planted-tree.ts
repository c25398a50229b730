import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runChild } from '../lib/child.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** A temporary tree of source files with the repository's installed packages, in which wrong code can be planted. */
export interface PlantedTree {
  readonly path: string;
  write(file: string, text: string): void;
  /** Makes one workspace package importable from another, as a line in its package.json would. */
  declareDependency(workspace: string, packageName: string): void;
  /** Runs a tool of the repository in the tree and returns its standard output, whatever its exit code. */
  run(tool: string, args: readonly string[]): Promise<string>;
  remove(): void;
}

/** @param patterns which files of the repository the tree starts with */
export function plantTree(patterns: readonly string[]): PlantedTree {
  const path = mkdtempSync(join(tmpdir(), 'margrave-planted-'));
  for (const file of globSync(patterns, { cwd: REPOSITORY, exclude: ['**/node_modules/**'] })) {
    cpSync(join(REPOSITORY, file), join(path, file), { recursive: true });
  }
  mkdirSync(join(path, 'node_modules'));
  for (const name of readdirSync(join(REPOSITORY, 'node_modules'))) {
    if (name !== '@margrave') symlinkSync(join(REPOSITORY, 'node_modules', name), join(path, 'node_modules', name));
  }
  for (const folder of globSync(['node_modules/@margrave', '{packages,services}/*/node_modules'], { cwd: REPOSITORY })) {
    // The links in it are relative, so that they lead to the packages of this tree.
    if (existsSync(join(path, dirname(folder))))
      cpSync(join(REPOSITORY, folder), join(path, folder), { recursive: true, verbatimSymlinks: true });
  }
  return {
    path,
    write(file, text) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    },
    declareDependency(workspace, packageName) {
      const scope = join(path, workspace, 'node_modules', '@margrave');
      mkdirSync(scope, { recursive: true });
      if (!existsSync(join(scope, packageName))) symlinkSync(join(path, 'packages', packageName), join(scope, packageName));
    },
    async run(tool, args) {
      let output = '';
      await runChild({
        program: join(REPOSITORY, 'node_modules', '.bin', tool),
        args,
        workingFolder: path,
        onOutput: (text) => (output += text),
      });
      return output;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
