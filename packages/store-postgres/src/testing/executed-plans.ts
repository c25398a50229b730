import type { Row } from '../connection/connection.ts';
import { withAdminConnection } from '../migrate.ts';
import { LARGE } from './filled-store.ts';

/** A statement as the server ran it, one within a function too, with the rows that each node of its plan had. */
export interface ExecutedPlan {
  readonly text: string;
  /** As `explain (analyze, format json)` has it. */
  readonly plan: PlanNode;
}

type PlanNode = Readonly<Record<string, unknown>>;

/** What a node of a plan takes from a large table. */
export interface TableRead {
  readonly table: string;
  readonly node: string;
  /** Those that were looked at, whether or not they were wanted. */
  readonly rows: number;
}

const SETTINGS = {
  session_preload_libraries: "'auto_explain'",
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': "'json'",
  'auto_explain.log_level': "'notice'",
};

/** From now on the server tells each session of a login in a database the plan of everything that it runs there, as notices. */
export async function tellPlans(adminUrl: string, login: string): Promise<void> {
  const database = new URL(adminUrl).pathname.slice(1);
  await withAdminConnection(adminUrl, async ({ script }) => {
    for (const [name, value] of Object.entries(SETTINGS))
      await script(`alter role ${login} in database ${database} set ${name} = ${value}`);
  });
}

const PLAN = /^duration: [\d.]+ ms {2}plan:\n/;

/** The plan that a notice tells; nothing when it tells something else. */
export function readPlan(notice: string): ExecutedPlan | undefined {
  if (!PLAN.test(notice)) return undefined;
  const told = JSON.parse(notice.replace(PLAN, '')) as { readonly 'Query Text': string; readonly Plan: PlanNode };
  return { text: told['Query Text'], plan: told.Plan };
}

const nodesOf = (plan: PlanNode): readonly PlanNode[] => [
  plan,
  ...((plan['Plans'] ?? []) as readonly PlanNode[]).flatMap(nodesOf),
];

const numberIn = (node: Row, name: string): number => Number(node[name] ?? 0);

export const readsOf = ({ plan }: ExecutedPlan): readonly TableRead[] =>
  nodesOf(plan)
    .filter((node) => LARGE.includes(String(node['Relation Name'])) && node['Node Type'] !== 'ModifyTable')
    .map((node) => ({
      table: String(node['Relation Name']),
      node: String(node['Node Type']),
      rows:
        (numberIn(node, 'Actual Rows') +
          numberIn(node, 'Rows Removed by Filter') +
          numberIn(node, 'Rows Removed by Index Recheck')) *
        numberIn(node, 'Actual Loops'),
    }));

export const hasLimit = ({ plan }: ExecutedPlan): boolean => nodesOf(plan).some((node) => node['Node Type'] === 'Limit');
