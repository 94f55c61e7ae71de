-- What a listener needs to catch up.
-- KEYS  1 ashao:job:{id}  hash   2 ashao:job:{id}:tokens  text
-- ARGV  1 from which byte on
-- Returns {'gone'}, {'bad'} (that byte is not where a character begins), or {'ok', status, ending, text from there,
-- length in bytes}
local job = redis.call('HMGET', KEYS[1], 'status', 'end')
if not job[1] then return {'gone'} end
local length = redis.call('STRLEN', KEYS[2])
local text = redis.call('GETRANGE', KEYS[2], ARGV[1], -1)
local first = string.byte(text, 1)
if first and first >= 128 and first < 192 then return {'bad'} end
return {'ok', job[1], job[2] or '', text, length}
