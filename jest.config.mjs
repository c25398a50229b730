const transform = {
  '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } }],
};
export default { testMatch: ['**/*.test.ts'], testPathIgnorePatterns: ['/node_modules/', '\\.it\\.test\\.ts$'], extensionsToTreatAsEsm: ['.ts'], transform };
