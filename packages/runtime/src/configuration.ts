import { ok, refuse, type Result } from '@margrave/vocabulary';
import type { Setting, SettingKind, ValueOf } from './setting.ts';

/** A service's settings, declared once; the keys are the names its code uses. */
export type ConfigurationDeclaration = Readonly<Record<string, Setting<unknown>>>;

export type Configuration<Declaration extends ConfigurationDeclaration> = {
  readonly [Name in keyof Declaration]: ValueOf<Declaration[Name]>;
};

/** One thing wrong with the environment. `value` is absent when nothing is set, and for secrets. */
export interface ConfigurationFault {
  readonly environment: string;
  readonly value?: string;
  readonly allowed: string;
}

/** A rule between settings (one of two must be given): the fault, or nothing. */
export type ConfigurationRule<Declaration extends ConfigurationDeclaration> = (
  configuration: Configuration<Declaration>,
) => ConfigurationFault | undefined;

/**
 * Reads a declared configuration from an environment. All faults are reported together; the rules between settings are
 * tried when each setting alone is right. A variable that is set to the empty text counts as not set. What is not declared
 * is not looked at.
 *
 * @returns the frozen values, or every fault.
 */
export function readConfiguration<const Declaration extends ConfigurationDeclaration>(
  declaration: Declaration,
  environment: Readonly<Record<string, string | undefined>>,
  rules: readonly ConfigurationRule<Declaration>[] = [],
): Result<Configuration<Declaration>, readonly ConfigurationFault[]> {
  const faults: ConfigurationFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(declaration)) {
    const read = readSetting(setting, environment[setting.environment]);
    if (read.ok) values[name] = read.value;
    else faults.push(read.refusal);
  }
  if (faults.length > 0) return refuse(faults);
  const configuration = Object.freeze(values) as Configuration<Declaration>;
  for (const rule of rules) {
    const fault = rule(configuration);
    if (fault !== undefined) faults.push(fault);
  }
  return faults.length > 0 ? refuse(faults) : ok(configuration);
}

function readSetting(setting: Setting<unknown>, unchecked: string | undefined): Result<unknown, ConfigurationFault> {
  const { environment, allowed, presence } = setting;
  if (unchecked === undefined || unchecked === '') {
    switch (presence.kind) {
      case 'default':
        return ok(presence.value);
      case 'optional':
        return ok(undefined);
      case 'required':
        return refuse({ environment, allowed });
      default:
        return presence satisfies never;
    }
  }
  const read = setting.read(unchecked);
  if (read.ok) return read;
  return refuse(
    setting.secret
      ? { environment, allowed: `${allowed} (what is set is not shown)` }
      : { environment, value: unchecked, allowed },
  );
}

/** Every fault on a line of its own, for a person who has to mend the environment. */
export function describeFaults(faults: readonly ConfigurationFault[]): string {
  return faults
    .map(({ environment, value, allowed }) =>
      value === undefined
        ? `${environment} must be set to ${allowed}`
        : `${environment} is ${JSON.stringify(value)}; it must be ${allowed}`,
    )
    .join('\n');
}

/** The values of the secret settings, for a log that must not contain them. */
export function secretValues<Declaration extends ConfigurationDeclaration>(
  declaration: Declaration,
  configuration: Configuration<Declaration>,
): readonly string[] {
  return Object.entries(declaration).flatMap(([name, setting]) => {
    const value: unknown = configuration[name];
    return setting.secret && value !== undefined ? [setting.write(value)] : [];
  });
}

/** One row of the generated reference of settings. */
export interface ConfigurationRow {
  readonly environment: string;
  readonly kind: SettingKind;
  readonly allowed: string;
  readonly unit: string;
  /** The default as one would write it, `required`, or `none` where the setting may stay away. */
  readonly fallback: string;
  readonly secret: boolean;
  readonly sentence: string;
}

/** A declaration as rows of documentation, sorted by the environment's names. */
export function configurationRows(declaration: ConfigurationDeclaration): readonly ConfigurationRow[] {
  return Object.values(declaration)
    .map((setting) => ({
      environment: setting.environment,
      kind: setting.kind,
      allowed: setting.allowed,
      unit: setting.unit ?? '',
      fallback: writeFallback(setting),
      secret: setting.secret,
      sentence: setting.sentence,
    }))
    .sort((a, b) => (a.environment < b.environment ? -1 : 1));
}

function writeFallback(setting: Setting<unknown>): string {
  const { presence } = setting;
  if (presence.kind === 'required') return 'required';
  return presence.kind === 'optional' ? 'none' : setting.write(presence.value);
}
