const CENSORED = '[redacted]';
const SECRET_WORD = 'password|passphrase|secret|token|authorization|credential|cookie|api_?key|private_?key';

/** Forms in which secrets stand in text. Every repetition is bounded or excludes its own end: hostile text costs linear time. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  // A property of a JSON line, by its name.
  [new RegExp(String.raw`("[^"\\]*(?:${SECRET_WORD})[^"\\]*":)"(?:[^"\\]|\\.)*"`, 'gi'), `$1"${CENSORED}"`],
  // The same inside a text that is itself JSON.
  [new RegExp(String.raw`((?:${SECRET_WORD})[\w-]{0,32}\\+":\s{0,4}\\+")[^"\\]*`, 'gi'), `$1${CENSORED}`],
  // A JSON web token, wherever it is.
  [/\beyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*/g, CENSORED],
  [/\b((?:bearer|basic)\s{1,4})[\w.~+/=-]{8,}/gi, `$1${CENSORED}`],
  // User and password of a URL.
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"\\]{1,512}@/gi, `$1${CENSORED}@`],
  // An nkey seed of NATS.
  [/\bS[ACNOU][A-Z2-7]{56}\b/g, CENSORED],
];

/** A secret shorter than this would be censored out of innocent words. */
const SECRET_CHARACTERS_MIN = 6;

/** Takes tokens, passwords and the given secrets out of a text: a log line, the reason of a failed check, an error's message. */
export type Redact = (text: string) => string;

export function createRedact(secrets: readonly string[] = []): Redact {
  // A secret inside a JSON line stands there escaped.
  const exact = secrets
    .filter((secret) => secret.length >= SECRET_CHARACTERS_MIN)
    .flatMap((secret) => [...new Set([secret, JSON.stringify(secret).slice(1, -1)])])
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let redacted = text;
    for (const secret of exact) redacted = redacted.replaceAll(secret, CENSORED);
    for (const [form, replacement] of FORMS) redacted = redacted.replace(form, replacement);
    return redacted;
  };
}
