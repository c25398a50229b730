export { simulate, type Simulated, type Simulation } from './simulate.ts';
