export { runDemo, type DemoVoice } from './demo.ts';
export { readOptions, USAGE, type DemoOptions } from './options.ts';
