import { createHash } from 'node:crypto';

/** A key whose publisher has said nothing for this long takes any sequence: its numbering may have been set back by a restore. */
const QUIET_MS = 30_000;

/**
 * What Redis runs for us, one key a script. A script is called by the hash of its own text: nobody who may run scripts can put
 * another in its place, and two releases of a service run side by side, each with its own. (A library of functions, which
 * Redis keeps by name, could be replaced by the login of any service that may load it, and then runs with the rights of every
 * service that calls it.) It may do no more than the user who calls it.
 */
export interface Script {
  readonly text: string;
  /** By which Redis knows it. */
  readonly hash: string;
}

const script = (text: string, flags = ''): Script => {
  const whole = `#!lua${flags}\n${text}`;
  return { text: whole, hash: createHash('sha1').update(whole).digest('hex') };
};

/** Sequences and versions are decimal texts of up to 19 digits, which a Lua number does not hold: compared by length, then as text. */
const IS_NEWER = `
local function is_newer(a, b)
  if #a ~= #b then return #a > #b end
  return a > b
end
`;

const NOW_MS = `
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

export const SCRIPTS = {
  /** Arguments: sequence, lifetime in ms, age in ms, then pairs of field and value. 1 when written, 0 when what is there is as new. */
  writeQuote: script(`${IS_NEWER}${NOW_MS}
local key, sequence, lifetime = KEYS[1], ARGV[1], tonumber(ARGV[2])
local known = redis.call('HGET', key, 'sequence')
if known and not is_newer(sequence, known) then
  if sequence == known then
    redis.call('PEXPIRE', key, lifetime)
    return 0
  end
  if lifetime - redis.call('PTTL', key) < ${QUIET_MS} then return 0 end
end
redis.call('HSET', key, 'sequence', sequence, 'ageMs', ARGV[3], 'writtenAt', string.format('%d', now_ms()), unpack(ARGV, 4))
redis.call('PEXPIRE', key, lifetime)
return 1
`),
  /** Arguments: the fields wanted. Answers the sequence, the present age in ms, then the fields; nothing when there is no quote. */
  readQuote: script(
    `${NOW_MS}
local head = redis.call('HMGET', KEYS[1], 'sequence', 'ageMs', 'writtenAt')
if not (head[1] and head[2] and head[3]) then return {} end
local elapsed = now_ms() - tonumber(head[3])
-- The clock of Redis may be set back; a quote never gets younger.
local age = tonumber(head[2]) + math.max(0, elapsed)
local answer = redis.call('HMGET', KEYS[1], unpack(ARGV))
table.insert(answer, 1, string.format('%d', age))
table.insert(answer, 1, head[1])
return answer
`,
    ' flags=no-writes',
  ),
  /** Arguments: version, epoch, json, lifetime in ms. An epoch that differs marks what is there as of a lost timeline. */
  writeAggregate: script(`${IS_NEWER}
local known = redis.call('HMGET', KEYS[1], 'version', 'epoch')
if known[1] and known[2] == ARGV[2] and not is_newer(ARGV[1], known[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'epoch', ARGV[2], 'json', ARGV[3])
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[4]))
return 1
`),
} as const satisfies Readonly<Record<string, Script>>;
