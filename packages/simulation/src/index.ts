export { readOptions, runSimulate, USAGE, type SimulateOptions } from './command.ts';
