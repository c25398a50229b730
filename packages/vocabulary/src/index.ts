export * from './amount.ts';
export * from './currency.ts';
export * from './fraction.ts';
export * from './ids.ts';
export * from './result.ts';
export * from './terms.ts';
