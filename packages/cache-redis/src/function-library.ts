/** Raised with every change below, so that two releases of a service can run side by side. */
const VERSION = 1;

/** A key whose publisher has said nothing for this long takes any sequence: its numbering may have been set back by a restore. */
const QUIET_MS = 30_000;

/** Names of the functions; each takes one key. */
export const FUNCTIONS = {
  writeQuote: `margrave_v${VERSION}_write_quote`,
  readQuote: `margrave_v${VERSION}_read_quote`,
  writeAggregate: `margrave_v${VERSION}_write_aggregate`,
} as const;

/**
 * The library of functions, as Redis 7 keeps it. Sequences and versions are decimal texts of up to 19 digits, which a Lua
 * number does not hold: they are compared by length, then as text.
 */
export const FUNCTION_LIBRARY = `#!lua name=margrave_v${VERSION}
local function is_newer(a, b)
  if #a ~= #b then return #a > #b end
  return a > b
end

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- args: sequence, lifetime in ms, age in ms, then pairs of field and value. 1 when written, 0 when what is there is as new.
local function write_quote(keys, args)
  local key, sequence, lifetime = keys[1], args[1], tonumber(args[2])
  local known = redis.call('HGET', key, 'sequence')
  if known and not is_newer(sequence, known) then
    if sequence == known then
      redis.call('PEXPIRE', key, lifetime)
      return 0
    end
    if lifetime - redis.call('PTTL', key) < ${QUIET_MS} then return 0 end
  end
  redis.call('HSET', key, 'sequence', sequence, 'ageMs', args[3], 'writtenAt', string.format('%d', now_ms()), unpack(args, 4))
  redis.call('PEXPIRE', key, lifetime)
  return 1
end

-- args: the fields wanted. Answers the sequence, the present age in ms, then the fields; nothing when there is no quote.
local function read_quote(keys, args)
  local head = redis.call('HMGET', keys[1], 'sequence', 'ageMs', 'writtenAt')
  if not (head[1] and head[2] and head[3]) then return {} end
  local elapsed = now_ms() - tonumber(head[3])
  -- The clock of Redis may be set back; a quote never gets younger.
  local age = tonumber(head[2]) + math.max(0, elapsed)
  local answer = redis.call('HMGET', keys[1], unpack(args))
  table.insert(answer, 1, string.format('%d', age))
  table.insert(answer, 1, head[1])
  return answer
end

-- args: version, epoch, json, lifetime in ms. An epoch that differs marks what is there as of a lost timeline.
local function write_aggregate(keys, args)
  local known = redis.call('HMGET', keys[1], 'version', 'epoch')
  if known[1] and known[2] == args[2] and not is_newer(args[1], known[1]) then return 0 end
  redis.call('HSET', keys[1], 'version', args[1], 'epoch', args[2], 'json', args[3])
  redis.call('PEXPIRE', keys[1], tonumber(args[4]))
  return 1
end

redis.register_function('${FUNCTIONS.writeQuote}', write_quote)
redis.register_function{function_name = '${FUNCTIONS.readQuote}', callback = read_quote, flags = {'no-writes'}}
redis.register_function('${FUNCTIONS.writeAggregate}', write_aggregate)
`;
