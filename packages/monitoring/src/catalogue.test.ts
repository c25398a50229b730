import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runbookOf } from './alert.ts';
import { ALERT_GROUPS, DASHBOARDS } from './catalogue.ts';

const root = resolve(import.meta.dirname, '../../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

const alerts = ALERT_GROUPS.flatMap((group) => group.alerts);
const panels = DASHBOARDS.flatMap(({ uid, title, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ dashboard: uid, dashboardTitle: title, ...panel }))),
);
const expressions = [
  ...panels.flatMap(({ title, queries }) => queries.map(({ expression }) => [title, expression])),
  ...alerts.map(({ name, expression }) => [name, expression]),
];

/** The generated reference is made of what the services declare, and kept in sync with it. */
const declared = new Map(
  [...text('docs/reference/metrics.md').matchAll(/^\| `(margrave_\w+)` +\| (\w+) /gm)].map(([, name = '', kind = '']) => [
    name,
    kind,
  ]),
);
const isDeclared = (series: string): boolean =>
  declared.get(series) === 'histogram'
    ? false
    : declared.has(series) || declared.get(series.replace(/_(bucket|count|sum)$/, '')) === 'histogram';

describe('the expressions of panels and alerts', () => {
  it.each(expressions)('%s: %s asks for metrics that a service declares', (_title, expression = '') => {
    const asked = expression.match(/\b(margrave|process|nodejs)_\w+|\bup\b/g) ?? [];
    expect(asked).not.toEqual([]);
    expect(asked.filter((series) => series.startsWith('margrave_') && !isDeclared(series))).toEqual([]);
  });

  it('invent no numbers where there are none', () =>
    expect(expressions.filter(([, expression = '']) => /\b(vector|absent\w*)\(/.test(expression))).toEqual([]));

  it.each(panels.flatMap(({ title, queries }) => queries.map((query) => ({ title, ...query }))))(
    '$title: $legend names labels that are left of its series',
    ({ expression, legend }) => {
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      const kept = /\bby \(([^)]*)\)/.exec(expression)?.[1]?.split(', ') ?? [];
      expect(kept.filter((label) => label !== 'le').sort()).toEqual(named.sort());
    },
  );
});

describe('a dashboard', () => {
  it.each(DASHBOARDS)('$title has panels of different names, each with a sentence', ({ rows }) => {
    const own = rows.flatMap((row) => row.panels);
    expect(new Set(own.map(({ title }) => title)).size).toBe(own.length);
    expect(own.filter(({ sentence }) => !sentence.endsWith('.'))).toEqual([]);
  });
});

describe('an alert', () => {
  it('has a name of its own', () => expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length));

  it.each(alerts)('$name is seen on a panel that there is', ({ seen }) =>
    expect(panels.filter(({ dashboard, title }) => dashboard === seen.dashboard && title === seen.panel)).toHaveLength(1),
  );

  it.each(alerts)('$name has a page that says what it means, where to look, and what to do', (alert) => {
    const page = text(runbookOf(alert));
    const shown = panels.find(({ dashboard, title }) => dashboard === alert.seen.dashboard && title === alert.seen.panel);
    expect(page).toMatch(new RegExp(`^# ${alert.name}\n`));
    expect(page).toContain('**What clients notice.** ');
    expect(page).toContain(`**Look at** the panel “${alert.seen.panel}” of the dashboard ${shown?.dashboardTitle}.`);
    expect(page).toMatch(/## What to do\n\n1\. /);
  });

  it('and no other has a page', () =>
    expect(readdirSync(join(root, 'docs/runbooks')).map((name) => `docs/runbooks/${name}`)).toEqual(
      alerts.map(runbookOf).sort(),
    ));

  it.each(alerts.map((alert) => [alert.name, text(runbookOf(alert))]))(
    '%s: its page names panels and alerts that there are',
    (_name, page) => {
      const titles = new Set(panels.map(({ title }) => title));
      const quoted = [...page.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title);
      expect(quoted.filter((title) => !titles.has(title))).toEqual([]);
      const linked = [...page.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file = '']) => `docs/runbooks/${file}`);
      expect(linked.filter((path) => !alerts.map(runbookOf).includes(path))).toEqual([]);
    },
  );
});
