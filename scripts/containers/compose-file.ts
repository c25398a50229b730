import { parse } from 'yaml';

interface ComposeService {
  readonly image: string;
  readonly build?: object;
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: { readonly disable?: boolean };
  readonly deploy: { readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } } };
}

type ComposeServices = Readonly<Record<string, ComposeService>>;

/** A container that the stack has, and what the file says of it. */
export interface ExpectedContainer {
  readonly name: string;
  /** Ends when it has done its work; all others stay. */
  readonly ends: boolean;
  readonly hasHealthCheck: boolean;
  readonly cpus: number;
  readonly memoryBytes: number;
}

const readServices = (composeText: string): ComposeServices =>
  (parse(composeText, { merge: true }) as { readonly services: ComposeServices }).services;

/** Those that come with one of the profiles, or always. */
export function expectedContainers(
  composeText: string,
  profiles: readonly string[],
  leftOut: readonly string[],
): ExpectedContainer[] {
  return Object.entries(readServices(composeText))
    .filter(([name, service]) => !leftOut.includes(name) && (service.profiles ?? profiles).some((one) => profiles.includes(one)))
    .map(([name, { restart, healthcheck, deploy }]) => ({
      name,
      ends: restart === 'no',
      hasHealthCheck: healthcheck !== undefined && healthcheck.disable !== true,
      cpus: Number(deploy.resources.limits.cpus),
      memoryBytes: bytesOf(deploy.resources.limits.memory),
    }));
}

/** The images that are taken from elsewhere: those that the file names without building them, and those of the Dockerfile. */
export function officialImages(composeText: string, dockerfileText: string, leftOut: readonly string[]): string[] {
  const named = Object.entries(readServices(composeText)).flatMap(([name, { image, build }]) =>
    build !== undefined || leftOut.includes(name) ? [] : [image],
  );
  const built = [...dockerfileText.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image);
  return [...new Set([...named, ...built])].sort();
}

const builtServices = (composeText: string): string[] =>
  Object.entries(readServices(composeText)).flatMap(([name, { build }]) => (build === undefined ? [] : [name]));

/**
 * What is changed for a machine that has no other images than the look-alikes, as a second compose file.
 *
 * @param syncConf - takes the place of infra/nats/sync.conf, with which NATS before 2.10 does not start.
 * @param buildArguments - such as the machine needs to reach anything.
 */
export function overrideFile(
  composeText: string,
  leftOut: readonly string[],
  syncConf: string,
  buildArguments: Readonly<Record<string, string>>,
): object {
  // The engine changes no firewall, so nothing is passed on from its networks to the world.
  const build = { network: 'host', args: buildArguments };
  return {
    services: {
      ...Object.fromEntries(builtServices(composeText).map((name) => [name, { build }])),
      ...Object.fromEntries(leftOut.map((name) => [name, { profiles: ['left-out'] }])),
      nats: { volumes: [`${syncConf}:/etc/margrave/sync.conf:ro`] },
    },
  };
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function bytesOf(text: string): number {
  const [, count, unit = ''] = /^(\d+)([KMG])$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (factor === undefined) throw new Error(`the limit of memory "${text}" is no number with K, M or G behind it`);
  return Number(count) * factor;
}
