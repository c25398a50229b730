// Run as a program by the exit hook of a process that could not stop its servers itself.
import { removeContainersOf } from './docker-engine.ts';
import { removeRun } from './run-folder.ts';

const [, , path] = process.argv;
if (path === undefined) throw new Error('the path of the run is missing');
await removeRun(path, removeContainersOf);
