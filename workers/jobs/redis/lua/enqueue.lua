-- Put a job that Postgres says is queued before the workers. Repeating it changes nothing.
-- KEYS  1 ashao:job:{id}           hash      2 ashao:job:{id}:messages  JSON
--       3 ashao:job:{id}:tokens    text      4 ashao:job:{id}:avoid     tags of who may not serve it
--       5 ashao:queue:{tier}       list      6 ashao:live:{tier}        zset of workers by last sign of life
--       7 ashao:room:{tier}        zset of the contexts (tokens; 0: no limit) of live workers by last sign of life
--       and of each context ashao:room:{tier}:{context}  zset of the tags of their owners, likewise
-- ARGV  1 id  2 tier  3 model  4 value_micros  5 messages  6 text kept so far  7 avoid tags  8 created_ms
--       9 ttl_ms  10 live_ms  11 front (1: before the others)  12 workers ('1': also for workers)
--       13 tokens that it needs whole  14 tokens that it needs at least
-- Returns {1 if it was put in, live workers in the tier: 0 where none of those that may serve it can read it whole}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local live = redis.call('ZCOUNT', KEYS[6], now - ARGV[10], '+inf')
-- Whether somebody with this context may serve it; also where it is not known whose they are.
local function may_serve(room)
  local key = KEYS[7] .. ':' .. room
  local owners = redis.call('ZCOUNT', key, now - ARGV[10], '+inf')
  if owners == 0 then return true end
  local seen = {}
  for tag in string.gmatch(ARGV[7], '%S+') do
    local at = not seen[tag] and redis.call('ZSCORE', key, tag)
    seen[tag] = true
    if at and tonumber(at) >= now - ARGV[10] then owners = owners - 1 end
  end
  return owners > 0
end
local fits, rooms = false, redis.call('ZRANGE', KEYS[7], now - ARGV[10], '+inf', 'BYSCORE')
for _, room in ipairs(rooms) do
  if not fits and (room == '0' or tonumber(room) >= tonumber(ARGV[13])) then fits = may_serve(room) end
end
if #rooms > 0 and not fits then live = 0 end
local status = redis.call('HGET', KEYS[1], 'status')
if status == 'running' or status == 'finishing' or status == 'done' or status == 'failed' then
  return {0, live}
end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'tier', ARGV[2], 'model', ARGV[3], 'value', ARGV[4],
  'createdAt', ARGV[8], 'status', 'queued', 'queuedAt', now,
  'needs', ARGV[13], 'least', ARGV[14])
redis.call('SET', KEYS[2], ARGV[5])
if redis.call('STRLEN', KEYS[3]) < #ARGV[6] then redis.call('SET', KEYS[3], ARGV[6]) end
if ARGV[7] ~= '' then redis.call('SET', KEYS[4], ARGV[7]) end
for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[9]) end
if status then redis.call('LREM', KEYS[5], 0, ARGV[1]) end
if ARGV[12] == '1' then
  if ARGV[11] == '1' then redis.call('LPUSH', KEYS[5], ARGV[1]) else redis.call('RPUSH', KEYS[5], ARGV[1]) end
  redis.call('PEXPIRE', KEYS[5], ARGV[9])
  redis.call('PUBLISH', KEYS[5], ARGV[1])
end
return {1, live}
