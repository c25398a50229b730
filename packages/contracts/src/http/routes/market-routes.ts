import { ClientQuotesV1 } from '../client-quote.v1.ts';
import { InstrumentsV1 } from '../pages.v1.ts';
import { instrumentsWanted, symbolsWanted } from './parameters.ts';
import { answer, READ_PROBLEMS, refusals, type Route } from './route.ts';

const listInstruments: Route = {
  operationId: 'listInstruments',
  method: 'GET',
  path: '/v1/instruments',
  scope: 'read',
  tag: 'Market',
  summary: 'List instruments',
  description: 'All instruments, or those asked for, in one call.',
  parameters: null,
  query: instrumentsWanted,
  body: null,
  answers: { 200: answer('Instruments.', InstrumentsV1.schema), ...refusals(READ_PROBLEMS) },
};

const listQuotes: Route = {
  operationId: 'listQuotes',
  method: 'GET',
  path: '/v1/quotes',
  scope: 'read',
  tag: 'Market',
  summary: 'Read quotes',
  description: 'The prices of many symbols in one call, as the clients of a group see them.',
  parameters: null,
  query: symbolsWanted,
  body: null,
  answers: { 200: answer('Quotes.', ClientQuotesV1.schema), ...refusals([...READ_PROBLEMS, 'NOT_FOUND']) },
};

export const MARKET_ROUTES = { listInstruments, listQuotes };
