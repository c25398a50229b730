import {
  HEAD_BYTES_MAX,
  REQUEST_BYTES_MAX,
  REQUEST_DEPTH_MAX,
  type ProblemEntry,
  type ProblemStatus,
  type ProtocolCode,
} from './problem-terms.ts';

type ProtocolStatus = Exclude<ProblemStatus, 422>;

const NOT_PLACED = { outcome: 'not-placed', numbers: {} } as const;

/** What goes wrong before or around a decision. None of these uses up a key, except that `OUTCOME_UNKNOWN` may have. */
export const PROTOCOL_PROBLEMS: { readonly [Code in ProtocolCode]: ProblemEntry<ProtocolStatus> } = {
  MALFORMED: {
    ...NOT_PLACED,
    status: 400,
    title: 'Malformed request',
    retryable: 'never',
    logLevel: 'debug',
    detail: 'The request does not have the form that this address expects.',
    explanation: `The body is not JSON, a field is missing, unknown or of the wrong form, or a parameter is. Amounts are decimal strings such as "0.10", never JSON numbers; unknown fields are refused rather than ignored. Objects and lists may be nested ${REQUEST_DEPTH_MAX} deep; a name given twice, a name with an escape, a lone surrogate and U+0000 are refused. A \`GET\` takes no body. A \`cursor\` goes on in the list that gave it and in no other. \`faults\` names the places. The key is not used up: correct the request and send it again.`,
  },
  UNAUTHENTICATED: {
    ...NOT_PLACED,
    status: 401,
    title: 'Not authenticated',
    retryable: 'never',
    logLevel: 'info',
    detail: 'A valid bearer token is needed.',
    explanation:
      'The request carries no token, or one that is expired, not yet valid, signed by someone else or made for another audience. Which of them it is, is not said. Get a new token and send the request again.',
  },
  FORBIDDEN: {
    ...NOT_PLACED,
    status: 403,
    title: 'Not permitted',
    retryable: 'never',
    logLevel: 'info',
    detail: 'The token does not permit this.',
    explanation: 'The token is valid but its scope does not hold what this address needs: `read` to read, `trade` to trade.',
  },
  NOT_FOUND: {
    ...NOT_PLACED,
    status: 404,
    title: 'Not found',
    retryable: 'never',
    logLevel: 'debug',
    detail: 'There is nothing here.',
    explanation:
      'What was asked for does not exist, or belongs to an account that the token does not name: the two look the same.',
  },
  METHOD_NOT_ALLOWED: {
    ...NOT_PLACED,
    status: 405,
    title: 'Method not allowed',
    retryable: 'never',
    logLevel: 'debug',
    detail: 'This address does not know that method.',
    explanation: 'The address exists, but not for this HTTP method. The `Allow` header lists those it knows.',
  },
  REQUEST_TIMEOUT: {
    ...NOT_PLACED,
    status: 408,
    title: 'Request too slow',
    retryable: 'same-key',
    logLevel: 'debug',
    detail: 'The request did not arrive whole in time.',
    explanation: 'The headers or the body took too long to arrive. Nothing of it was looked at; send it again.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    ...NOT_PLACED,
    status: 409,
    title: 'Key already used',
    retryable: 'never',
    logLevel: 'info',
    detail: 'This key was used before, with another body.',
    explanation:
      'A key (`clientOrderId`) stands for one command for ever. The same key with the same body gets the stored answer again; with another body it is refused ("0.1" and "0.10" differ, and so do a field left out and its default written), and the first command stays as it was: `orderId` is its order, which `statusUrl` reads. Take a new key for a new command.',
  },
  PAYLOAD_TOO_LARGE: {
    ...NOT_PLACED,
    status: 413,
    title: 'Request too large',
    retryable: 'never',
    logLevel: 'info',
    detail: `The request is too large: its body may have ${REQUEST_BYTES_MAX} bytes, its address with all headers ${HEAD_BYTES_MAX}.`,
    explanation: `A body may have ${REQUEST_BYTES_MAX} bytes, and the address with all headers ${HEAD_BYTES_MAX}. Nothing of the request was looked at.`,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    ...NOT_PLACED,
    status: 415,
    title: 'Body not sent as JSON',
    retryable: 'never',
    logLevel: 'debug',
    detail: 'The body must be sent as application/json.',
    explanation:
      'Bodies are JSON in UTF-8, sent with `Content-Type: application/json` (a `charset`, if one is named, is `utf-8`) and without a `Content-Encoding`; `detail` says how this one came. Nothing of it was looked at and the key is not used up: send it so.',
  },
  RATE_LIMITED: {
    ...NOT_PLACED,
    status: 429,
    title: 'Too many requests',
    retryable: 'after',
    logLevel: 'info',
    detail: 'More requests came than are allowed.',
    explanation:
      'Each account has an allowance for commands and one for reads; reads that name no account count for the token’s `sub`, and requests without a valid token for their network address. `Retry-After` says when to come back, `RateLimit-Limit` how many may come at once, `RateLimit-Remaining` how many are left, and `RateLimit-Reset` in how many seconds all are there again; no other answer carries these. The key is not used up: send the same request then.',
  },
  OUTCOME_UNKNOWN: {
    numbers: {},
    outcome: 'unknown',
    status: 202,
    title: 'Outcome not known yet',
    retryable: 'same-key',
    logLevel: 'error',
    detail:
      'The connection to the books broke while the command was being committed. It is placed or it is not; it is never half placed.',
    explanation:
      'The database did not say whether the commit succeeded. Read `statusUrl`, or send the very same request again with the same key: if the command was committed you get its answer, if not it is decided now.',
  },
  INTERNAL: {
    numbers: {},
    outcome: 'unknown',
    status: 500,
    title: 'A fault of ours',
    retryable: 'same-key',
    logLevel: 'error',
    detail: 'Something went wrong here.',
    explanation:
      'A fault in this server; it is logged and someone is told. Sending the same request again with the same key is safe: a command that was committed is not repeated.',
  },
  ACCOUNT_BUSY: {
    ...NOT_PLACED,
    status: 503,
    title: 'Account busy',
    retryable: 'same-key',
    logLevel: 'warn',
    detail: 'The account has more commands waiting than could be decided in time.',
    explanation:
      'Commands of one account are decided one after the other, and this one’s deadline passed while it waited. Nothing is reserved and the key is not used up: send the same request again.',
  },
  DEPENDENCY_UNAVAILABLE: {
    ...NOT_PLACED,
    status: 503,
    title: 'Not available now',
    retryable: 'same-key',
    logLevel: 'error',
    detail: 'This server cannot take the request now.',
    explanation:
      'The server is starting, stopping or overloaded, or what it needs does not answer. Nothing is reserved and the key is not used up: send the same request again after `Retry-After`.',
  },
};
