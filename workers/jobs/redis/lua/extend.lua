-- A listener has seen more of an answer than Redis kept (it was restarted empty): give it back before somebody
-- continues from too early.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:tokens  text
-- ARGV  1 the text that was seen
local status = redis.call('HGET', KEYS[1], 'status')
if status ~= 'queued' and status ~= 'handover' then return 0 end
local kept = redis.call('GET', KEYS[2]) or ''
if #kept >= #ARGV[1] or string.sub(ARGV[1], 1, #kept) ~= kept then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', math.max(1000, redis.call('PTTL', KEYS[1])))
return 1
