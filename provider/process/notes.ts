/** The supervisor's note above the output of each start. */
export const STARTING = "Starting the server.";

const LOGGER = '"logger":"supervisor"';

/** A line that the supervisor adds to the log of the server. */
export function noteLine(level: "info" | "error", message: string): string {
  const timestamp = new Date().toISOString();
  return `{"timestamp":"${timestamp}","level":"${level}",${LOGGER},"message":${JSON.stringify(message)}}\n`;
}

/** Whether a line is the supervisor's, not the server's. */
export const isNote = (line: string): boolean => line.includes(LOGGER);

/** What the server itself wrote since it was last started. */
export function linesOfLastStart(lines: string[]): string[] {
  const start = lines.findLastIndex((line) => isNote(line) && line.includes(STARTING));
  return lines.slice(start + 1).filter((line) => !isNote(line));
}
