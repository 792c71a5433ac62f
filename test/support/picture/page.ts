import { dashboards } from "../../../components/monitoring";
import { answersFor, type Panel } from "./answers";
import { drawPanel } from "./panels";
import { COLORS, rectangle, text } from "./svg";

const COLUMN = 58;
const ROW = 34;
const GAP = 8;
const WIDTH = 24 * COLUMN + GAP;
const HEADING = 44;

/** What a picture is drawn from. */
export interface Measured {
  /** URL of the Prometheus that knows it. */
  prometheus: string;
  /** Seconds between two scrapes. */
  scrapeSeconds: number;
  /** Seconds since 1970. */
  start: number;
  end: number;
  /** The server of the dashboard that shows one. */
  server: string;
  /** What was going on meanwhile. */
  said: string;
}

/** All dashboards, one below the other, as a picture that says where it comes from. */
export async function drawPage(measured: Measured): Promise<string> {
  const { prometheus, scrapeSeconds, start, end, server, said } = measured;
  // Some 90 values a line: more than that is not seen.
  const range = { start, end, step: Math.max(scrapeSeconds, Math.round((end - start) / 90)) };
  const variables = { __rate_interval: `${6 * scrapeSeconds}s`, __range: `${Math.round(end - start)}s`, server };
  const parts: string[] = [];
  let y = 0;
  for (const { title, uid, json } of dashboards({ scrapeInterval: `${scrapeSeconds}s` })) {
    const heading = uid === "mcp-server" ? `${title}: ${server}` : title;
    parts.push(text(GAP, y + 30, heading, { size: 20, weight: 500 }));
    y += HEADING;
    const { panels } = JSON.parse(json.replaceAll("-- $server", `-- ${server}`)) as { panels: Panel[] };
    for (const panel of panels) {
      const { x, y: row, w, h } = panel.gridPos;
      const box = { x: GAP + x * COLUMN, y: y + row * ROW, w: w * COLUMN - GAP, h: h * ROW - GAP };
      parts.push(drawPanel(panel, await answersFor(panel, prometheus, variables, range), range, box));
    }
    y += Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * ROW + 12;
  }
  const note =
    "Drawn by test/support/picture of this repository, not by Grafana, from the answers of a real Prometheus to these " +
    `dashboards' own queries: ${said}.`;
  parts.push(text(GAP, y + 16, note, { fill: COLORS.faint, size: 12 }));
  const page = { x: 0, y: 0, w: WIDTH, h: y + 32 };
  const size = `viewBox="0 0 ${page.w} ${page.h}" width="${page.w}" height="${page.h}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="Inter, Helvetica, Arial, sans-serif">`,
    "<title>The dashboards of MCP servers, with real data, drawn without Grafana</title>",
    rectangle(page, COLORS.page),
    ...parts,
    "</svg>\n",
  ].join("\n");
}
