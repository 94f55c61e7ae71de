-- Take from every bucket, or, where one has too little, from none.
-- KEYS  1.. ashao:limit:{name}:{subject}  when the bucket will be full again (µs of this server's clock); gone once it is
-- ARGV  1 how many to take   then for each key: the µs in which one comes back, and how many it holds
-- Returns {0}, or {µs until all of them have enough, the number of the key that has to wait longest}
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local cost = tonumber(ARGV[1])
local full_at, longest, which = {}, 0, 0
for i, key in ipairs(KEYS) do
  local every, room = tonumber(ARGV[2 * i]), ARGV[2 * i] * ARGV[2 * i + 1]
  -- A bucket cannot be emptier than empty, also where the clock was set back or the limits were changed.
  local before = math.min(math.max(tonumber(redis.call('GET', key)) or now, now), now + room)
  full_at[i] = before + cost * every
  local wait = full_at[i] - (now + room)
  if wait > longest then longest, which = wait, i end
end
if which > 0 then return {longest, which} end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', full_at[i]), 'PX', math.ceil((full_at[i] - now) / 1000))
end
return {0}
