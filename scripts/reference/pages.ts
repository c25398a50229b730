import { asyncApiDocument } from './asyncapi.ts';
import { denialCodesPage } from './denial-codes.ts';
import { messagesPage } from './messages.ts';
import type { ReferencePage } from './page.ts';

/** Every generated page. A new kind of reference is one more line here and a file beside it. */
export const REFERENCE_PAGES: readonly ReferencePage[] = [
  { path: 'docs/reference/asyncapi.json', render: () => JSON.stringify(asyncApiDocument()) },
  { path: 'docs/reference/messages.md', render: messagesPage },
  { path: 'docs/reference/denial-codes.md', render: denialCodesPage },
];
