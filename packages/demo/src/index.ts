export { runDemo, type DemoVoice } from './demo.ts';
export { readOptions, USAGE, type DemoOptions } from './options.ts';
export { CHAOS_USAGE, readChaosOptions, type ChaosOptions } from './chaos/run/options.ts';
export { runChaos } from './chaos/run/run-chaos.ts';
