-- A job is somebody's from now on: their own workers are not given it. What has ended stays as it is.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:avoid  tags of who may not serve it
-- ARGV  1 avoid tag  2 ttl_ms
-- Returns 1 if it is so
local status = redis.call('HGET', KEYS[1], 'status')
if not status or status == 'done' or status == 'failed' then return 0 end
local tags = redis.call('GET', KEYS[2]) or ''
if not string.find(tags, ARGV[1], 1, true) then tags = ARGV[1] .. ' ' .. tags end
redis.call('SET', KEYS[2], tags, 'PX', ARGV[2])
return 1
