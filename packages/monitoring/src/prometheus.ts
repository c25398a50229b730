/** What is read of one service: its instances are told apart by their address. */
export interface ScrapedService {
  readonly job: string;
  /** `host:port` of each instance. */
  readonly targets: readonly string[];
}

export interface PrometheusOptions {
  readonly services: readonly ScrapedService[];
  readonly rules: readonly string[];
  /** How often services are read and rules are looked at. */
  readonly everySeconds: number;
}

/** The configuration of a Prometheus. */
export const prometheusConfiguration = ({ services, rules, everySeconds }: PrometheusOptions): object => ({
  global: { scrape_interval: `${everySeconds}s`, scrape_timeout: `${everySeconds}s`, evaluation_interval: `${everySeconds}s` },
  rule_files: rules,
  scrape_configs: services.map(({ job, targets }) => ({ job_name: job, static_configs: [{ targets }] })),
});
