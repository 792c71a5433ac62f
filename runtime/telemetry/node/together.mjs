/** Puts off what need not be done within a request. */
const QUIET_MS = 20;

/**
 * Collects items, and hands them on: at once after a quiet time, else all together within 20 ms. Done one by one
 * between other work, the same costs a busy server several times as much; each write, too, wakes up who reads the log.
 */
export function together(handOn) {
  let items = [];
  let last = 0;
  const flush = () => {
    if (items.length === 0) return;
    last = Date.now();
    const all = items;
    items = [];
    handOn(all);
  };
  // Also after an error that nobody has caught. What collects later may fill what was made before it: it comes first.
  process.prependListener("exit", flush);
  const add = (item) => {
    if (items.push(item) > 1) return;
    if (Date.now() - last < QUIET_MS) setTimeout(flush, QUIET_MS).unref();
    else setImmediate(flush);
  };
  return { add, flush };
}
