// npm run audit: what is known against the packages that the services run on (advisories of high severity and above fail it), whether
// the registry signed them, and a list of them all (CycloneDX) in .margrave/sbom.cdx.json.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { endBy, runChild } from './lib/child.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const STATE = join(REPOSITORY, '.margrave');
const SBOM = join(STATE, 'sbom.cdx.json');
const CALL_TIME_MS_MAX = 60_000;

interface Called {
  readonly code: number | null;
  readonly output: string;
}

/** What the registry does not offer cannot be checked: said, and no fault of the packages. */
const NOT_OFFERED = /ERR_PNPM_AUDIT_BAD_RESPONSE[\s\S]*responded with (\d+)/;

/** Standard output and standard error of pnpm, which is asked of the runtime dependencies only. */
async function pnpm(...args: readonly string[]): Promise<Called> {
  let output = '';
  const { code, interruptedBy } = await runChild({
    program: 'pnpm',
    args: [...args, '--prod', ...process.argv.slice(2)],
    workingFolder: REPOSITORY,
    timeoutMs: CALL_TIME_MS_MAX,
    onOutput: (text) => (output += text),
  });
  if (interruptedBy !== null) endBy(interruptedBy);
  return { code, output: output.trim() };
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

const advisories = await pnpm('audit', '--audit-level', 'high');
const notOffered = NOT_OFFERED.exec(advisories.output);
if (notOffered !== null) print(`advisories: NOT CHECKED, the registry answers ${notOffered[1]} when it is asked for them`);
else print(`advisories: ${advisories.output}`);

const signatures = await pnpm('audit', 'signatures');
print(`signatures: ${signatures.output}`);

mkdirSync(STATE, { recursive: true });
const sbom = await pnpm('sbom', '--sbom-format', 'cyclonedx', '--lockfile-only', '--out', SBOM);
print(sbom.code === 0 ? `list of packages: ${SBOM}` : `list of packages: ${sbom.output}`);

const passed = (notOffered !== null || advisories.code === 0) && signatures.code === 0 && sbom.code === 0;
process.exitCode = passed ? 0 : 1;
