import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const REPOSITORY = join(import.meta.dirname, '../..');
/** CommonJS among the libraries asks for Node's own modules by `require`. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** It serves files that lie beside it, so it stays where it is. */
const WITH_FILES = /^@fastify\/swagger-ui$/;

const leaveWhereItIs: Plugin = {
  name: 'leave where it is',
  setup: (bundle) => {
    bundle.onResolve({ filter: WITH_FILES }, ({ path, importer }) => ({
      path: createRequire(importer).resolve(path),
      external: true,
    }));
  },
};

/**
 * Makes one file of each service: the tests that kill services start hundreds, and of a second that each takes to be there, most
 * goes into finding its thousand modules.
 */
export async function bundleServices(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const services = readdirSync(join(REPOSITORY, 'services'));
  await build({
    entryPoints: Object.fromEntries(services.map((name) => [name, join(REPOSITORY, 'services', name, 'src', 'main.ts')])),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: { js: REQUIRE },
    plugins: [leaveWhereItIs],
    logLevel: 'error',
  });
}
