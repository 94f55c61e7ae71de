-- End the production of an answer; what is settled in Postgres next can then no longer change.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:tokens  text   3 ashao:leases  zset   4 ashao:queue:{tier}
-- ARGV  1 id  2 holder ('' : by the person's stop)  3 lease  4 tokens  5 finish  6 settle_ms (repaired after)
--       7 how many bytes of the holder's own were judged to be an answer ('' : not looked at yet)
-- Returns {'lost'}, {'judge', the holder's own text, its bytes} (look at it, and come again: it has grown, or was
-- not looked at), or {'ok', holder, lease, tokens, finish, text, bytes of the holder's own, ms from its first
-- visible text to the end (-1: there was none)}
-- No token is without a byte, so there are no more of them than bytes of the holder's own.
local job = redis.call('HMGET', KEYS[1], 'status', 'claimedBy', 'lease', 'tokens', 'finish', 'pieces', 'fresh',
  'firstAt', 'endedAt')
local status = job[1]
if not status then return {'lost'} end
local forced = ARGV[2] == ''
if not forced and (job[2] ~= ARGV[2] or job[3] ~= ARGV[3]) then return {'lost'} end
if status == 'failed' then return {'lost'} end
local own = tonumber(job[7] or '0')
if not job[2] then own = 0 end
if status == 'running' or status == 'queued' or status == 'handover' then
  if not forced and ARGV[7] ~= tostring(own) then
    return {'judge', own == 0 and '' or redis.call('GETRANGE', KEYS[2], -own, -1), own}
  end
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  local tokens = ARGV[4]
  if forced then tokens = job[6] or '0' end
  job[4], job[5], job[9] = tostring(math.min(tonumber(tokens), own)), ARGV[5], now
  redis.call('HSET', KEYS[1], 'status', 'finishing', 'tokens', job[4], 'finish', ARGV[5], 'endedAt', now)
  redis.call('ZADD', KEYS[3], now + ARGV[6], ARGV[1])
  redis.call('LREM', KEYS[4], 0, ARGV[1])
end
local took = -1
if job[8] and job[9] then took = tonumber(job[9]) - tonumber(job[8]) end
return {'ok', job[2] or '', job[3] or '', job[4] or '0', job[5] or 'stop', redis.call('GET', KEYS[2]) or '', own, took}
