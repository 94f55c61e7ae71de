-- Take a queued job: the one atomic step that workers and the cloud share. Nobody gets a job whose :avoid names its
-- owner: who asked, and who has lost it before.
-- KEYS  1 ashao:queue:{tier}  list   2 ashao:live:{tier}      zset
--       3 ashao:leases        zset of job ids by when their lease runs out
--       4 ashao:worker:{id}:jobs  set of the job ids that this holder has
--       5 ashao:room:{tier}    zset of how many tokens live workers read, by last sign of life
--       and ashao:room:{tier}:{context}  zset of the tags of the owners of those with this context, likewise
--       and of each candidate ashao:job:{id} with :messages :tokens :avoid
-- ARGV  1 holder  2 avoid tag of the holder ('' for the cloud)  3 lease token  4 lease_ms  5 first_token_ms
--       6 live_ms  7 how many candidates to look at  8 most jobs at once (0: no limit)  9 ttl_ms
--       10 only this id ('' : the first that fits)  11 tokens that the holder reads (0: no limit)
--       12 the same as a member of the zset of contexts
-- Returns {'job', id, tier, model, value, messages, text so far}, or {'empty'}, {'none'} (jobs wait, none
-- that this holder may take), {'busy'} (holds as many as it may)
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local worker = ARGV[10] == ''
if worker then
  local owners = KEYS[5] .. ':' .. ARGV[12]
  for key, member in pairs({[KEYS[2]] = ARGV[1], [KEYS[5]] = ARGV[12], [owners] = ARGV[2]}) do
    redis.call('ZADD', key, now, member)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - 86400000)
    redis.call('PEXPIRE', key, 86400000)
  end
end
if ARGV[8] ~= '0' and redis.call('SCARD', KEYS[4]) >= tonumber(ARGV[8]) then
  local held = 0
  for _, id in ipairs(redis.call('SMEMBERS', KEYS[4])) do
    local status = redis.call('HMGET', 'ashao:job:' .. id, 'status', 'claimedBy')
    if status[1] == 'running' and status[2] == ARGV[1] then held = held + 1 end
  end
  if held >= tonumber(ARGV[8]) then return {'busy'} end
end
-- Whole; or, where that is allowed (`cut`: by those who read as much as this), without its oldest turns.
local function reads(needs, least, cut)
  local room = tonumber(ARGV[11])
  if room == 0 or not needs or tonumber(needs) <= room then return true end
  return cut and room >= tonumber(cut) and room >= tonumber(least)
end
local ids = {ARGV[10]}
if worker then ids = redis.call('LRANGE', KEYS[1], 0, ARGV[7] - 1) end
local others = worker and redis.call('ZCOUNT', KEYS[2], now - ARGV[6], '+inf') > 1
local seen = 'empty'
for _, id in ipairs(ids) do
  local key = 'ashao:job:' .. id
  local job = redis.call('HMGET', key, 'status', 'lastHolder', 'tier', 'model', 'value', 'needs', 'least', 'cut')
  local messages = redis.call('GET', key .. ':messages')
  if job[1] ~= 'queued' or not messages then
    redis.call('LREM', KEYS[1], 1, id)
  elseif worker and ARGV[2] ~= '' and string.find(redis.call('GET', key .. ':avoid') or '', ARGV[2], 1, true) then
    seen = 'none'
  elseif worker and not reads(job[6], job[7], job[8]) then
    seen = 'none'
  elseif job[2] == ARGV[1] and others then
    seen = 'none'
  else
    redis.call('LREM', KEYS[1], 1, id)
    redis.call('HSET', key, 'status', 'running', 'claimedBy', ARGV[1], 'lease', ARGV[3], 'seq', 0,
      'leaseUntil', now + ARGV[4], 'progressUntil', now + ARGV[5], 'claimedAt', now, 'fresh', 0, 'pieces', 0)
    redis.call('HDEL', key, 'firstAt', 'thought', 'paceAt', 'paceBytes')
    redis.call('ZADD', KEYS[3], now + math.min(ARGV[4], ARGV[5]), id)
    redis.call('SADD', KEYS[4], id)
    redis.call('PEXPIRE', KEYS[4], ARGV[9])
    redis.call('PEXPIRE', KEYS[3], ARGV[9])
    return {'job', id, job[3], job[4], job[5], messages, redis.call('GET', key .. ':tokens') or ''}
  end
end
return {seen}
