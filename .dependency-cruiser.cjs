// The arrows of STYLE.md: a lower number never imports a higher one, type imports included. scripts/arrows.test.ts plants wrong
// imports of every kind and sees each reported under the name given here.

const LEVELS = {
  vocabulary: [],
  domain: ['vocabulary'],
  contracts: ['vocabulary'],
  runtime: ['vocabulary'],
  'bus-nats': ['contracts', 'runtime', 'vocabulary'],
  'store-postgres': ['runtime', 'vocabulary'],
  'cache-redis': ['runtime', 'vocabulary'],
  'feed-firebase': ['runtime', 'vocabulary'],
  'verify-books': ['vocabulary'],
  monitoring: [],
};

const TEST_ONLY = String.raw`(\.test\.ts|/testing\.ts|/testing/.*|/jest/.*)$`;
const packageFolder = (name) => `^packages/${name}/`;

/** One rule for each package: what it may import of the workspace is its own folder and the packages listed. */
const arrowsOfPackages = Object.entries(LEVELS).map(([name, allowed]) => ({
  name: `${name}-imports-${allowed.length === 0 ? 'nothing' : 'only-lower'}`,
  comment: `${name} may import ${allowed.length === 0 ? 'no other package' : allowed.join(', ')}.`,
  severity: 'error',
  from: { path: packageFolder(name), pathNot: TEST_ONLY },
  to: { path: '^(packages|services|scripts)/', pathNot: [name, ...allowed].map(packageFolder) },
}));

module.exports = {
  forbidden: [
    ...arrowsOfPackages,
    {
      name: 'account-engine-imports-only-lower',
      comment: 'The engine stands above the packages it joins, below the services.',
      severity: 'error',
      from: { path: packageFolder('account-engine'), pathNot: TEST_ONLY },
      to: { path: ['^(services|scripts)/', packageFolder('(provider-desk|testkit|demo|verify-books|simulation)')] },
    },
    {
      name: 'provider-desk-imports-only-lower',
      comment: 'The desk stands above the engine, below the services.',
      severity: 'error',
      from: { path: packageFolder('provider-desk'), pathNot: TEST_ONLY },
      to: { path: ['^(services|scripts)/', packageFolder('(testkit|demo|bench|verify-books|simulation)')] },
    },
    {
      name: 'testkit-knows-no-product-code',
      comment: 'Tests of every package use the testkit, so it may use the vocabulary only.',
      severity: 'error',
      from: { path: packageFolder('testkit'), pathNot: TEST_ONLY },
      to: { path: '^(packages|services|scripts)/', pathNot: [packageFolder('testkit'), packageFolder('vocabulary')] },
    },
    {
      name: 'no-service-to-service',
      comment: 'Services meet on the bus and in the database, never in an import.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'nothing-imports-a-service',
      comment: 'A service is a program.',
      severity: 'error',
      from: { path: '^(packages|scripts)/' },
      to: { path: '^services/' },
    },
    {
      name: 'app-imports-vocabulary-and-domain-only',
      comment: 'A use case declares the functions it needs of the world; outbound/ meets them.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/app/', pathNot: TEST_ONLY },
      to: {
        pathNot: ['^services/[^/]+/src/app/', packageFolder('vocabulary'), packageFolder('domain'), '^(node:)?assert(/strict)?$'],
      },
    },
    {
      name: 'no-test-code-in-product',
      comment: 'What runs in production does not import what only tests need.',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: [TEST_ONLY, packageFolder('(testkit|demo|bench|simulation)')] },
      to: { path: [packageFolder('(testkit|simulation)'), `^(packages|services)/.*${TEST_ONLY}`] },
    },
    {
      name: 'no-builtins-in-pure-code',
      comment: 'No clock, file, socket or environment: node:assert is the only module of Node that pure code may use.',
      severity: 'error',
      from: { path: '^(packages/(vocabulary|domain|contracts)|services/[^/]+/src/app)/', pathNot: TEST_ONLY },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?assert(/strict)?$' },
    },
    {
      name: 'no-libraries-in-pure-code',
      comment: 'vocabulary and domain have no dependencies; contracts has typebox.',
      severity: 'error',
      from: { path: '^packages/(vocabulary|domain)/', pathNot: TEST_ONLY },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg'], path: 'node_modules/' },
    },
    {
      name: 'no-deep-path-into-package',
      comment: 'A package is entered by its index.',
      severity: 'error',
      from: { path: '^(packages|services)/([^/]+)/|^scripts/' },
      to: { path: '^packages/', pathNot: ['^$1/$2/', '^packages/[^/]+/src/index[.]ts$'] },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that cannot be followed cannot be judged either.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'not-to-undeclared',
      comment: 'What is imported stands in the package.json of the package that imports it; test libraries stand in the root.',
      severity: 'error',
      from: { pathNot: TEST_ONLY },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type imports are arrows too.
    tsPreCompilationDeps: true,
    // The packages export ./src/index.ts: without these two, imports of them would stay unresolved and no rule could fail.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
