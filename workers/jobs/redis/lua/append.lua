-- Add one numbered chunk to an answer: only from the holder of the lease, once, in order. Renews the lease.
-- What can be seen is progress, and so is reasoning within its bounds. From the first visible text of a claim on,
-- each window of pace_ms must bring pace_bytes: progressUntil never lies beyond the end of the window that runs.
-- What was set before the clock was set back does not count from later than now.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:tokens  text, and the channel   3 ashao:leases  zset
-- ARGV  1 id  2 holder  3 lease  4 seq  5 chunk  6 lease_ms  7 stall_ms  8 most bytes of an answer
--       9 visible bytes of the chunk  10 'text' or 'reasoning'  11 first_token_ms
--       12 think_ms (from the claim on)  13 most bytes of reasoning in a claim  14 pace_ms  15 pace_bytes
-- Returns {'ok'} {'again'} (had it already) {'stop'} {'full'} {'lost'} {'gap', expected seq}
local job = redis.call('HMGET', KEYS[1], 'status', 'claimedBy', 'lease', 'seq', 'claimedAt', 'progressUntil',
  'firstAt', 'thought', 'paceAt', 'paceBytes')
if job[2] ~= ARGV[2] or job[3] ~= ARGV[3] then return {'lost'} end
if job[1] ~= 'running' then return {'stop'} end
local seq, expected = tonumber(ARGV[4]), tonumber(job[4])
if seq < expected then return {'again'} end
if seq > expected then return {'gap', expected} end
local start = redis.call('STRLEN', KEYS[2])
local thinks = ARGV[10] == 'reasoning'
if not thinks and start + #ARGV[5] > tonumber(ARGV[8]) then return {'full'} end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local counts, first = tonumber(ARGV[9]), tonumber(job[7])
local think_until = math.min(tonumber(job[5] or now), now) + ARGV[12]
local news
if thinks then
  local thought = tonumber(job[8] or '0') + #ARGV[5]
  if thought > tonumber(ARGV[13]) or now > think_until then
    counts = 0
  elseif #ARGV[5] > 0 then
    redis.call('HSET', KEYS[1], 'thought', thought)
    news = 'reasoning\n' .. ARGV[5]
  end
elseif #ARGV[5] > 0 then
  redis.call('APPEND', KEYS[2], ARGV[5])
  if start == 0 then redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1])) end
  redis.call('HINCRBY', KEYS[1], 'fresh', #ARGV[5])
  redis.call('HINCRBY', KEYS[1], 'pieces', 1)
  news = start .. '\n' .. ARGV[5]
end
local progress = tonumber(job[6])
if counts > 0 and thinks and not first then
  progress = math.max(progress, math.min(now + ARGV[11], think_until))
elseif counts > 0 then
  local at, bytes = math.min(tonumber(job[9] or now), now), tonumber(job[10] or '0') + counts
  if bytes >= tonumber(ARGV[15]) then at, bytes = now, 0 end
  progress = math.min(now + ARGV[7], at + ARGV[14])
  redis.call('HSET', KEYS[1], 'firstAt', first or now, 'paceAt', at, 'paceBytes', bytes)
end
redis.call('HSET', KEYS[1], 'seq', expected + 1, 'leaseUntil', now + ARGV[6], 'progressUntil', progress)
redis.call('ZADD', KEYS[3], math.min(now + ARGV[6], progress), ARGV[1])
if news then redis.call('PUBLISH', KEYS[2], news) end
return {'ok'}
