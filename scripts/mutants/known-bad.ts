import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A change that must never pass the tests. */
export interface KnownBad {
  /** The name of its file. */
  readonly name: string;
  readonly file: string;
  /** What it breaks, in a sentence. */
  readonly sentence: string;
  /** The tests that have to see it: the name of a project of Jest, and a path that selects files in it. */
  readonly red: { readonly project: 'unit' | 'integration'; readonly path: string };
}

const RED = /^red: (unit|integration) (\S+)$/m;

/** The patches of `known-bad`: a sentence, a line `red: <project> <path>`, and the difference, which git applies. */
export function readKnownBad(folder: string): readonly KnownBad[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const head = text.slice(0, text.indexOf('diff --git'));
      const [, project, path] = RED.exec(head) ?? [];
      assert(project !== undefined && path !== undefined, `${file} should say which tests it turns red: "red: unit packages/…"`);
      const sentence = head.split('\n', 1)[0] ?? '';
      assert(sentence.endsWith('.'), `${file} should begin with a sentence that says what it breaks`);
      return {
        name: basename(file, '.patch'),
        file: join(folder, file),
        sentence,
        red: { project: project as KnownBad['red']['project'], path },
      };
    });
}
