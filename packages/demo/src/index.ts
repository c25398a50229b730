export { runDemo, type DemoVoice } from './demo.ts';
export { readOptions, USAGE, type DemoOptions } from './options.ts';
export { CHAOS_USAGE, readChaosOptions, type ChaosOptions } from './chaos/run/options.ts';
export { runChaos } from './chaos/run/run-chaos.ts';
export { serverLogins } from './broker.ts';
export { openAccounts, type Flow } from './chaos/open-accounts.ts';
export type { ServiceProcess } from './chaos/process.ts';
export { setStage, type GatewayProcess, type Stage } from './chaos/stage.ts';
export { gatewayClient } from './gateway-client.ts';
