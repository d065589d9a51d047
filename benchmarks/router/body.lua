-- Chat requests of about SIZE bytes: 16 groups share their first half, the rest is never seen again.
-- wrk ... -s body.lua URL -- SIZE SEED
local words = "the quick brown fox jumps over the lazy dog and then some more text follows here "
local groups = 16
local prefixes, tail, seed, count = {}, "", "", 0

local function text(name, length)
  local parts, made, number = {}, 0, 0
  while made < length do
    number = number + 1
    parts[number] = name .. number .. " " .. words
    made = made + #parts[number]
  end
  return table.concat(parts):sub(1, length)
end

function init(args)
  local size, half = tonumber(args[1]), math.floor(tonumber(args[1]) / 2)
  seed = args[2]
  local shared = args[3] ~= "unique"
  for group = 1, groups do
    prefixes[group] = shared and text("group" .. group .. "-", half) or ""
  end
  tail = text("tail", shared and half - 200 or size - 200)
end

function request()
  count = count + 1
  local body = '{"model":"m","messages":[{"role":"system","content":"' .. prefixes[count % groups + 1]
    .. '"},{"role":"user","content":"' .. seed .. "-" .. count .. " " .. tail .. '"}],"max_tokens":16}'
  return wrk.format("POST", "/v1/chat/completions", {["content-type"] = "application/json"}, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\nRESULT {"requests":%d,"seconds":%f,"errors":%d}\n', summary.requests,
    summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
