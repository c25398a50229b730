import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getPrometheus } from '@margrave/testkit';
import { ALERT_GROUPS } from './catalogue.ts';
import { rulesFile } from './rules.ts';
import { SCENES, type Scene } from './testing/scenes.ts';

const alerts = ALERT_GROUPS.flatMap((group) => group.alerts);

let promtool: string;
let folder: string;
beforeAll(() => {
  promtool = getPrometheus((sentence) => void process.stderr.write(`margrave: ${sentence}\n`)).promtool;
  folder = mkdtempSync(join(tmpdir(), 'margrave-rules-'));
  writeFileSync(join(folder, 'rules.yml'), JSON.stringify(rulesFile(ALERT_GROUPS)));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What `promtool` has against a file: nothing, where all is as it should be. */
function complaintsOf(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(promtool, args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

const inputs = (input: Scene['fires']) => Object.entries(input).map(([series, values]) => ({ series, values }));

/** One test a scene and way. Annotations are left to `promtool` to fill in; that they can be is all that is asked of them. */
const testOf = (name: string, { afterMinutes, everySeconds = 60, ...scene }: Scene, way: 'fires' | 'quiet') => ({
  name: `${name} ${way}`,
  interval: `${everySeconds}s`,
  input_series: inputs(scene[way]),
  promql_expr_test: [
    {
      expr: `count by (alertname, severity${Object.keys(scene.labels ?? {})
        .map((label) => `, ${label}`)
        .join('')}) (ALERTS{alertname="${name}",alertstate="firing"})`,
      eval_time: `${afterMinutes}m`,
      exp_samples: way === 'quiet' ? [] : [{ labels: labelsOf(name, scene.labels), value: 1 }],
    },
  ],
});

function labelsOf(name: string, labels: Scene['labels'] = {}): string {
  const severity = alerts.find((alert) => alert.name === name)?.severity ?? '';
  const all = Object.entries({ alertname: name, severity, ...labels });
  return `{${all.map(([label, value]) => `${label}="${value}"`).join(', ')}}`;
}

it('the rules are well formed, as Prometheus sees them', () => expect(complaintsOf('check', 'rules', 'rules.yml')).toBe(''));

it('each alert has a scene, and each scene an alert', () =>
  expect(Object.keys(SCENES).sort()).toEqual(alerts.map(({ name }) => name).sort()));

it.each(['fires', 'quiet'] as const)('of each alert, what %s', (way) => {
  const tests = Object.entries(SCENES).map(([name, scene]) => testOf(name, scene, way));
  writeFileSync(join(folder, `${way}.yml`), JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '30s', tests }));
  expect(complaintsOf('test', 'rules', `${way}.yml`)).toBe('');
});
