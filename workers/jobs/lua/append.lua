-- Add one numbered chunk to an answer: only from the holder of the lease, once, in order. Renews the lease.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:tokens  text, and the channel   3 ashao:leases  zset
-- ARGV  1 id  2 holder  3 lease  4 seq  5 chunk  6 lease_ms  7 stall_ms  8 most bytes of an answer
-- Returns {'ok'} {'again'} (had it already) {'stop'} {'full'} {'lost'} {'gap', expected seq}
local job = redis.call('HMGET', KEYS[1], 'status', 'claimedBy', 'lease', 'seq')
if job[2] ~= ARGV[2] or job[3] ~= ARGV[3] then return {'lost'} end
if job[1] ~= 'running' then return {'stop'} end
local seq, expected = tonumber(ARGV[4]), tonumber(job[4])
if seq < expected then return {'again'} end
if seq > expected then return {'gap', expected} end
local start = redis.call('STRLEN', KEYS[2])
if start + #ARGV[5] > tonumber(ARGV[8]) then return {'full'} end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('APPEND', KEYS[2], ARGV[5])
if start == 0 then
  redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
end
redis.call('HINCRBY', KEYS[1], 'fresh', #ARGV[5])
redis.call('HSET', KEYS[1], 'seq', expected + 1, 'leaseUntil', now + ARGV[6], 'progressUntil', now + ARGV[7])
redis.call('ZADD', KEYS[3], now + math.min(ARGV[6], ARGV[7]), ARGV[1])
redis.call('PUBLISH', KEYS[2], start .. '\n' .. ARGV[5])
return {'ok'}
