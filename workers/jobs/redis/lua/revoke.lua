-- Take a job from its holder: from now on the old lease is refused. Postgres and `enqueue` come next.
-- A holder whose lease has run out said nothing for that long: it is not live either, so that nobody waits for it.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:leases  zset   3.. ashao:live:{tier}  zsets   and ashao:worker:{holder}:jobs
-- ARGV  1 id  2 lease ('' : only if a timer has run out)  3 holder ('' : whoever)  4 repair_ms (looked at again)
-- Returns {'ok', holder, lease}, {'lost'} (not held like that), {'held'} (no timer has run out)
local job = redis.call('HMGET', KEYS[1], 'status', 'claimedBy', 'lease', 'leaseUntil', 'progressUntil')
if job[1] ~= 'running' then return {'lost'} end
if ARGV[3] ~= '' and job[2] ~= ARGV[3] then return {'lost'} end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[2] == '' then
  if ARGV[3] == '' and now < tonumber(job[4]) and now < tonumber(job[5]) then return {'held'} end
elseif job[3] ~= ARGV[2] then
  return {'lost'}
end
if ARGV[2] == '' and ARGV[3] == '' and now >= tonumber(job[4]) then
  for i = 3, #KEYS do redis.call('ZREM', KEYS[i], job[2]) end
end
redis.call('HSET', KEYS[1], 'status', 'handover', 'lastHolder', job[2])
redis.call('HDEL', KEYS[1], 'claimedBy', 'lease', 'fresh', 'pieces', 'firstAt')
redis.call('SREM', 'ashao:worker:' .. job[2] .. ':jobs', ARGV[1])
redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[1])
return {'ok', job[2], job[3]}
