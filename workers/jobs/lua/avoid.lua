-- A job is somebody's from now on: their own workers are not given it. What has ended stays as it is.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:avoid  tag of who may not serve it
-- ARGV  1 avoid tag  2 ttl_ms
-- Returns 1 if it is so
local status = redis.call('HGET', KEYS[1], 'status')
if not status or status == 'done' or status == 'failed' then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
