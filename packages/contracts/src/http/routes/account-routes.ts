import { AccountV1 } from '../account.v1.ts';
import { DecisionV1 } from '../decision.v1.ts';
import { DealPageV1, EventPageV1, LedgerPageV1 } from '../pages.v1.ts';
import { accountAsOf, eventsAfter, ofAccount, ofDecision, pageOnly } from './parameters.ts';
import { answer, READ_PROBLEMS, refusals, type Route } from './route.ts';

const read = { method: 'GET', scope: 'read', tag: 'Account', body: null } as const;
const REFUSALS = refusals([...READ_PROBLEMS, 'NOT_FOUND']);

const getAccount: Route = {
  ...read,
  operationId: 'getAccount',
  path: '/v1/accounts/:accountId',
  summary: 'Read an account',
  description: 'The account and its figures, reckoned from the prices of this moment.',
  parameters: ofAccount,
  query: accountAsOf,
  answers: { 200: answer('The account.', AccountV1.schema), ...REFUSALS },
};

const listDeals: Route = {
  ...read,
  operationId: 'listDeals',
  path: '/v1/accounts/:accountId/deals',
  summary: 'List deals',
  description: 'All executions of the account, newest first.',
  parameters: ofAccount,
  query: pageOnly,
  answers: { 200: answer('A page of deals.', DealPageV1.schema), ...REFUSALS },
};

const listLedger: Route = {
  ...read,
  operationId: 'listLedger',
  path: '/v1/accounts/:accountId/ledger',
  summary: 'List ledger entries',
  description: 'All money booked on the account, newest first; the balance is its sum.',
  parameters: ofAccount,
  query: pageOnly,
  answers: { 200: answer('A page of entries.', LedgerPageV1.schema), ...REFUSALS },
};

const listEvents: Route = {
  ...read,
  operationId: 'listEvents',
  path: '/v1/accounts/:accountId/events',
  summary: 'Read events',
  description: 'What happened to the account after a sequence, oldest first and without gaps.',
  parameters: ofAccount,
  query: eventsAfter,
  answers: { 200: answer('Events.', EventPageV1.schema), ...REFUSALS },
};

const getDecision: Route = {
  ...read,
  operationId: 'getDecision',
  path: '/v1/accounts/:accountId/decisions/:decisionId',
  summary: 'Read a decision',
  description: 'Why an order was accepted or denied: prices, their ages, figures and inputs.',
  parameters: ofDecision,
  query: null,
  answers: { 200: answer('The decision.', DecisionV1.schema), ...REFUSALS },
};

export const ACCOUNT_ROUTES = { getAccount, listDeals, listLedger, listEvents, getDecision };
