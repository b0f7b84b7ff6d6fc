/**
 * Loaded into an instance: says on its standard error when the event loop has been held up.
 *
 *   pulse {"delayMs":61,"cpuMs":58}
 *
 * A timer ticks every few milliseconds. `delayMs` is how late a tick was, which on a busy machine is the fault of other
 * processes, too. `cpuMs` is what this thread itself computed since the tick before, so no turn computed longer.
 */
const TICK_MS = 5;
const TOLD_MS = 30;

let last = performance.now();
let cpu = process.threadCpuUsage();

setInterval(() => {
  const now = performance.now();
  const used = process.threadCpuUsage();
  const delayMs = Math.round(now - last - TICK_MS);
  const cpuMs = Math.round((used.user + used.system - cpu.user - cpu.system) / 1000);
  last = now;
  cpu = used;
  if (delayMs > TOLD_MS) process.stderr.write(`pulse ${JSON.stringify({ delayMs, cpuMs })}\n`);
}, TICK_MS).unref();
