export * from './api.ts';
export type { Configuration } from './configuration.ts';
export { orderFromRow, positionFromRow } from './from-rows.ts';
export { openEngine, type EngineObserver, type EngineWorld, type OpenEngine } from './open-engine.ts';
export { aggregateFromJson, aggregateToJson } from './aggregate-json.ts';
export * from './views.ts';
