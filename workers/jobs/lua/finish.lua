-- End the production of an answer; what is settled in Postgres next can then no longer change.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:tokens  text   3 ashao:leases  zset   4 ashao:queue:{tier}
-- ARGV  1 id  2 holder ('' : by the person's stop)  3 lease  4 tokens  5 finish  6 settle_ms (repaired after)
-- Returns {'lost'}, {'empty'} (nothing was produced), or {'ok', holder, lease, tokens, finish, text}
local job = redis.call('HMGET', KEYS[1], 'status', 'claimedBy', 'lease', 'tokens', 'finish', 'pieces')
local status = job[1]
if not status then return {'lost'} end
local forced = ARGV[2] == ''
if not forced and (job[2] ~= ARGV[2] or job[3] ~= ARGV[3]) then return {'lost'} end
if status == 'failed' then return {'lost'} end
local text = redis.call('GET', KEYS[2]) or ''
if status == 'running' or status == 'queued' or status == 'handover' then
  if not forced and text == '' then return {'empty'} end
  local t = redis.call('TIME')
  local tokens = ARGV[4]
  if forced then tokens = job[6] or '0' end
  job[4], job[5] = tokens, ARGV[5]
  redis.call('HSET', KEYS[1], 'status', 'finishing', 'tokens', tokens, 'finish', ARGV[5])
  redis.call('ZADD', KEYS[3], t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[6], ARGV[1])
  redis.call('LREM', KEYS[4], 0, ARGV[1])
end
return {'ok', job[2] or '', job[3] or '', job[4] or '0', job[5] or 'stop', text}
