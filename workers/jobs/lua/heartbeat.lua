-- A sign of life: the worker is live in its tiers, and the leases of its jobs are renewed.
-- KEYS  1 ashao:worker:{id}:jobs  set   2 ashao:leases  zset   3.. ashao:live:{tier}  zsets   and ashao:job:{id}
-- ARGV  1 holder  2 lease_ms  3 'all', or 'named': only the leases of the jobs that follow   4.. their ids
-- Returns the ids that it holds
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i = 3, #KEYS do
  redis.call('ZADD', KEYS[i], now, ARGV[1])
  redis.call('PEXPIRE', KEYS[i], 86400000)
end
local named = {}
for i = 4, #ARGV do named[ARGV[i]] = true end
local held = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local key = 'ashao:job:' .. id
  local job = redis.call('HMGET', key, 'status', 'claimedBy', 'progressUntil')
  if job[2] ~= ARGV[1] then
    redis.call('SREM', KEYS[1], id)
  elseif job[1] == 'running' then
    if ARGV[3] == 'all' or named[id] then
      redis.call('HSET', key, 'leaseUntil', now + ARGV[2])
      redis.call('ZADD', KEYS[2], math.min(now + ARGV[2], tonumber(job[3])), id)
    end
    held[#held + 1] = id
  end
end
return held
