/** `page`: clients notice, or soon will, and somebody is woken. `ticket`: it can wait for the morning. */
export type Severity = 'page' | 'ticket';

/** Something that a person has to do something about. Its page stands in docs/runbooks. */
export interface Alert {
  readonly name: string;
  readonly severity: Severity;
  /** PromQL that has series while something is wrong. */
  readonly expression: string;
  /** How long it must be so before anybody is told. */
  readonly forSeconds: number;
  /** What is wrong, in one sentence for a telephone; `{{ $labels.x }}` and `{{ $value }}` as Prometheus has them. */
  readonly summary: string;
  /** The `uid` of the dashboard and the title of the panel on it that show it. */
  readonly seen: { readonly dashboard: string; readonly panel: string };
}

/** `ProviderSilent` has its page in `docs/runbooks/provider-silent.md`. */
export const runbookOf = ({ name }: Pick<Alert, 'name'>): string =>
  `docs/runbooks/${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`;
