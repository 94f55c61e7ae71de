-- A sign of life: the worker is live in its tiers, and the leases of its jobs are renewed.
-- KEYS  1 ashao:worker:{id}:jobs  set   2 ashao:leases  zset   3.. of each tier ashao:live:{tier} and
--       ashao:room:{tier}  zsets   and ashao:room:{tier}:{context}  zsets, ashao:job:{id}
-- ARGV  1 holder  2 lease_ms  3 'ready', or 'not ready': it lives, and takes no job (it is not live in its tiers)
--       4 progress_ms (the most that a producer has for its next progress: the clock may have been set back)
--       5 the context of the worker, as a member of ashao:room
--       6 the tag of its owner
--       7 'all', or 'named': only the leases of the jobs that follow   8.. their ids
-- Returns {the ids that it holds}, {the ids, of those named or held last, that the person has stopped}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for i = 3, #KEYS, 2 do
  if ARGV[3] == 'ready' then
    local owners = KEYS[i + 1] .. ':' .. ARGV[5]
    for key, member in pairs({[KEYS[i]] = ARGV[1], [KEYS[i + 1]] = ARGV[5], [owners] = ARGV[6]}) do
      redis.call('ZADD', key, now, member)
      redis.call('PEXPIRE', key, 86400000)
    end
  else
    redis.call('ZREM', KEYS[i], ARGV[1])
  end
end
local known, ids, named = {}, {}, {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do known[id] = true; ids[#ids + 1] = id end
for i = 8, #ARGV do
  named[ARGV[i]] = true
  if not known[ARGV[i]] then known[ARGV[i]] = true; ids[#ids + 1] = ARGV[i] end
end
local held, stopped = {}, {}
for _, id in ipairs(ids) do
  local key = 'ashao:job:' .. id
  local job = redis.call('HMGET', key, 'status', 'claimedBy', 'progressUntil', 'finish')
  if job[2] ~= ARGV[1] then
    redis.call('SREM', KEYS[1], id)
  elseif job[1] == 'running' then
    if ARGV[7] == 'all' or named[id] then
      local progress = math.min(tonumber(job[3]), now + ARGV[4])
      redis.call('HSET', key, 'leaseUntil', now + ARGV[2], 'progressUntil', progress)
      redis.call('ZADD', KEYS[2], math.min(now + ARGV[2], progress), id)
    end
    held[#held + 1] = id
  else
    if job[4] == 'stopped' then stopped[#stopped + 1] = id end
    if job[1] ~= 'finishing' then redis.call('SREM', KEYS[1], id) end
  end
end
return {held, stopped}
