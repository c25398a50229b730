import assert from 'node:assert/strict';

/** Turns a token of a subject into a checked name, or `undefined`. */
type Check<Name extends string> = (unchecked: string) => Name | undefined;

/**
 * The subject of a message: an address such as `provider.{provider}.executions.v1` and a check for each of its parameters.
 * Building, subscribing and reading all come from the one address, so they cannot disagree.
 */
export interface SubjectTemplate<Parameters extends Readonly<Record<string, string>>> {
  readonly address: string;
  readonly parameterNames: readonly (keyof Parameters & string)[];
  /** The subject for these parameters. They are branded, so none of them holds a dot or a wildcard. */
  readonly build: (parameters: Parameters) => string;
  /** What to subscribe to: a wildcard stands for each parameter that is not given. */
  readonly filter: (parameters?: Partial<Parameters>) => string;
  /** The parameters of a subject that came in, each checked; `undefined` if it is not a subject of this address. */
  readonly read: (subject: string) => Parameters | undefined;
}

type ParametersOf<Checks extends Readonly<Record<string, Check<string>>>> = {
  readonly [Name in keyof Checks]: NonNullable<ReturnType<Checks[Name]>>;
};

export function subjectTemplate<const Checks extends Readonly<Record<string, Check<string>>>>(
  address: string,
  checks: Checks,
): SubjectTemplate<ParametersOf<Checks>> {
  const tokens = address.split('.').map((token) => ({ token, parameter: /^\{(\w+)\}$/.exec(token)?.[1] }));
  const names = tokens.flatMap(({ parameter }) => (parameter === undefined ? [] : [parameter]));
  assert.deepEqual(names.toSorted(), Object.keys(checks).toSorted(), `${address}: each parameter needs one check`);

  const fill = (valueOf: (name: string) => string) =>
    tokens.map(({ token, parameter }) => (parameter === undefined ? token : valueOf(parameter))).join('.');

  const read = (subject: string): ParametersOf<Checks> | undefined => {
    const given = subject.split('.');
    if (given.length !== tokens.length) return undefined;
    const parameters: Record<string, string> = {};
    for (const [index, { token, parameter }] of tokens.entries()) {
      const text = given[index] ?? '';
      const value = parameter === undefined ? text : checks[parameter]?.(text);
      if (value === undefined || (parameter === undefined && value !== token)) return undefined;
      if (parameter !== undefined) parameters[parameter] = value;
    }
    return parameters as ParametersOf<Checks>;
  };

  return {
    address,
    parameterNames: names,
    build: (parameters) => fill((name) => parameters[name] ?? assert.fail(`${address}: ${name} is missing`)),
    filter: (parameters = {}) => fill((name) => parameters[name] ?? '*'),
    read,
  };
}
