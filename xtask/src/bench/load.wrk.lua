-- Addresses in turn, one from each line of a file, and what came of them as a line of JSON. Threads take
-- every second one, so that none asks for what another asks for.

local threads = 0

function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end

function init(args)
  addresses = {}
  for line in io.lines(args[1]) do
    addresses[#addresses + 1] = line
  end
  step = tonumber(args[2])
  place = first
  wrk.headers["Accept-Encoding"] = "br"
end

function request()
  local address = addresses[place % #addresses + 1]
  place = place + step
  return wrk.format("GET", address)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"p999":%f,"refused":%d,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    latency:percentile(99.9) / 1e6, errors.status, failed
  ))
end
