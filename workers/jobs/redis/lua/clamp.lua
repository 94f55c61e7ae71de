-- The clock may be set back: then what was written before lies further ahead than it could be set now, and whoever is
-- dead would count as alive for as long. A timer is brought back to its limit from now, a sign of life to now.
-- KEYS  1 ashao:leases  zset   2.. ashao:live:{tier}, ashao:room:{tier}  zsets   and ashao:job:{id},
--       ashao:room:{tier}:{context}, which the next signs of life fill again
-- ARGV  1 lease_ms  2 progress_ms (the most that a producer has for its next progress)  3 settle_ms  4 slack_ms
--       5 how many of each set to look at
-- Returns how many were brought back
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local changed = 0
local limit = now + math.max(tonumber(ARGV[1]), tonumber(ARGV[3])) + ARGV[4]
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], '(' .. limit, '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[5])) do
  local key, score = 'ashao:job:' .. id, now + ARGV[3]
  local job = redis.call('HMGET', key, 'status', 'leaseUntil', 'progressUntil', 'claimedAt')
  if job[1] == 'running' then
    local lease = math.min(tonumber(job[2]), now + ARGV[1])
    local progress = math.min(tonumber(job[3]), now + ARGV[2])
    redis.call('HSET', key, 'leaseUntil', lease, 'progressUntil', progress,
      'claimedAt', math.min(tonumber(job[4]), now))
    score = math.min(lease, progress)
  end
  redis.call('ZADD', KEYS[1], 'XX', score, id)
  changed = changed + 1
end
for i = 2, #KEYS do
  local ahead = redis.call('ZRANGE', KEYS[i], '(' .. (now + ARGV[4]), '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[5])
  for _, member in ipairs(ahead) do
    redis.call('ZADD', KEYS[i], 'XX', now, member)
    redis.call('DEL', KEYS[i] .. ':' .. member)
    changed = changed + 1
  end
end
return changed
