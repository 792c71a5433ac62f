/** Shows what a long step is doing and for how long. */
export interface Progress {
  /** Names what is being done now; the clock goes on. */
  update(text: string): void;
  /** Prints a line that stays, above the changing one. */
  log(line: string): void;
  /** Ends the display. */
  stop(): void;
}

/** Where progress goes: stderr, so that stdout carries results alone. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/**
 * Starts a progress display: one changing line with the elapsed seconds on a terminal, elsewhere (CI, a pipe) a line
 * at the start and one every 15 seconds.
 */
export function startProgress(text: string, stream: ProgressStream = process.stderr): Progress {
  const started = Date.now();
  const tty = stream.isTTY === true;
  let current = text;
  const line = () => `${current} ${seconds(Date.now() - started, 0)}`;
  const clear = () => (tty ? "\r\x1b[K" : "");
  const draw = () => stream.write(tty ? `${clear()}${oneLine(line(), stream.columns)}` : `${line()}\n`);
  if (tty) draw();
  else stream.write(`${text}\n`);
  const timer = setInterval(draw, tty ? 500 : 15_000);
  timer.unref();
  return {
    update(next) {
      current = next;
      if (tty) draw();
    },
    log(message) {
      stream.write(`${clear()}${message}\n`);
      if (tty) draw();
    },
    stop() {
      clearInterval(timer);
      stream.write(clear());
    },
  };
}

/** A duration as people read it: `0.8 s`, `12 s`, `2 min 5 s`; the decimals only below ten seconds. */
export function seconds(milliseconds: number, decimals = 1): string {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(decimals)} s`;
  const total = Math.round(milliseconds / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}

/** Cut to one terminal line: a longer one would wrap and could not be overwritten. */
function oneLine(text: string, width?: number): string {
  // A terminal that does not know its size says 0.
  const columns = width || 80;
  return text.length < columns ? text : `${text.slice(0, columns - 2)}…`;
}
