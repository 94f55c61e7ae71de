-- A job has ended in Postgres: tell the listeners, forget the prompt, keep the text until its time-to-live.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:messages   3 ashao:job:{id}:tokens  text, and the channel
--       4 ashao:job:{id}:avoid   5 ashao:leases  zset        6 ashao:queue:{tier}  list
--       and ashao:worker:{holder}:jobs, where what the person stopped stays until its holder's heartbeat has told of it
-- ARGV  1 id  2 done or failed  3 the ending (JSON)  4 ttl_ms
local job = redis.call('HMGET', KEYS[1], 'status', 'claimedBy', 'finish')
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('DEL', KEYS[2], KEYS[4])
if not job[1] then return 0 end
if job[1] == 'queued' or job[1] == 'handover' then redis.call('LREM', KEYS[6], 0, ARGV[1]) end
if job[2] and job[3] ~= 'stopped' then redis.call('SREM', 'ashao:worker:' .. job[2] .. ':jobs', ARGV[1]) end
redis.call('HSET', KEYS[1], 'status', ARGV[2], 'end', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('PUBLISH', KEYS[3], 'end')
return 1
