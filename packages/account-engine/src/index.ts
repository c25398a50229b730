export * from './api.ts';
export * from './views.ts';
