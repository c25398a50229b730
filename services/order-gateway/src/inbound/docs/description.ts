import { HEAD_BYTES_MAX, REQUEST_BYTES_MAX, REQUEST_DEPTH_MAX } from '@margrave/contracts';

const BODIES = `## The body of a request

- JSON in UTF-8 without a byte order mark, sent with \`Content-Type: application/json\` (a \`charset\`, if you name one, is \`utf-8\`) and without a \`Content-Encoding\`: \`415\` otherwise. A command needs its body; a \`GET\` takes none, and one that has one is refused with \`400\`.
- At most ${REQUEST_BYTES_MAX} bytes, and the address with all headers at most ${HEAD_BYTES_MAX}: \`413\` above.
- Refused with \`400\`, though a parser of JSON may take it: objects and lists nested deeper than ${REQUEST_DEPTH_MAX}, a name twice in one object, a name with an escape (\`"volum\\u0065"\`), the names \`__proto__\`, \`constructor\` and \`prototype\`, a lone surrogate or U+0000 in a string, a number too large for a double.`;

/** What holds for all addresses, and what the schemas cannot say. */
export const DESCRIPTION = `Orders, positions and books of margin accounts.

- Prices, volumes and money are decimal **strings** (\`"0.10"\`), never JSON numbers. Ids are strings of digits. Times are RFC 3339 in UTC. Volumes are in lots.
- What makes an order carries a \`clientOrderId\`, and what makes several at once an \`Idempotency-Key\` header, whose keys are apart from those of orders. What changes an order or a position that is there (\`PUT\`, \`DELETE\`) has no key: sent again it does the same again, or says that it is done.
- A command carries a \`clientOrderId\`: your key, unique in its account for ever. Send the very same command again and you get the stored answer, with \`Idempotent-Replayed: true\`; so a command whose answer was lost can always be sent again. The same key with another body gets \`409\`, which names the order that has the key.
- \`201\` means committed. \`422\` means that a rule refused the order: it is kept as \`denied\` and has used up its key. \`202\` alone leaves open whether the command was committed: read \`statusUrl\`, or send it again.
- Errors are \`application/problem+json\` (RFC 9457): go by \`code\` and \`retryable\`; \`type\` is a path of this server that explains the code.
- Fields and parameters that are not declared are refused. Answers may get further fields: ignore those you do not know.
- Lists go from the newest to the oldest and continue with \`cursor\`, each with its own; events go from the oldest to the newest and continue with \`after\`.
- An account that the token does not name looks like one that does not exist.

## The same request

Under one key, a request is the same when it is the same operation (placing an order, closing a position, several at once) on the same target (the account, the position, the account and the address) and its body has the same fields with the same values. White space, the order of the fields and how characters are escaped do not matter. Nothing else is evened out: \`"0.1"\` and \`"0.10"\` are two bodies, and so are a field left out and the same field with its default. So send again what you sent, not what you would write today.

What is compared is the SHA-256 of \`["place",accountId,[[name,value],…]]\`, or \`["close",positionId,[[name,value],…]]\`, or \`["basket","{accountId} {path}",[[name,value],…]]\`, written as JSON in UTF-8 without white space, the fields sorted by name.

${BODIES}

## How often

Each account has an allowance for commands and one for reads; reads that name no account count for the token's \`sub\`, and requests without a valid token for their network address. Each is so many a second with a burst above it. A basket counts for as many commands as it has orders, and passes whole where one is left; closing all positions counts for one. When it is used up you get \`429\` with \`Retry-After\`. \`429\` alone carries \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\`: no other answer says how much is left.`;

/** The same of the face for staff. */
export const ADMIN_DESCRIPTION = `What the broker's own people see and do across all accounts. It listens apart from the public face, and to tokens with \`roles\` only.

- Prices, volumes and money are decimal **strings** (\`"0.10"\`), never JSON numbers. Ids are strings of digits. Times are RFC 3339 in UTC. Volumes are in lots.
- A command carries an \`Idempotency-Key\` header: your key, unique in its account. Send the very same command again and you get the stored answer, with \`Idempotent-Replayed: true\`. A command that was refused has not used up its key.
- Everything that is done here is kept with the \`sub\` of the token, its role and the reason that was given.
- Errors are \`application/problem+json\` (RFC 9457): go by \`code\` and \`retryable\`; \`type\` is a path of this server that explains the code.
- Fields and parameters that are not declared are refused.

${BODIES}

## How often

Each \`sub\` has an allowance for commands and one for reads, and requests without a valid token one for their network address. When it is used up you get \`429\` with \`Retry-After\`.`;
