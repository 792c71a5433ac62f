/** One of the two things that are compared. */
export interface Side {
  name: string;
  /** Does it once and returns how long it took, in milliseconds. What is not to be timed stays outside. */
  run(): Promise<number>;
}

/** Durations of one side, in milliseconds. */
export interface Summary {
  name: string;
  median: number;
  min: number;
  max: number;
  samples: number[];
}

/** What a comparison found: `subject` against `reference`. */
export interface Comparison {
  title: string;
  subject: Summary;
  reference: Summary;
  /** The subject's median over the reference's. */
  ratio: number;
  /** Median of the ratios of runs that stood side by side: the better figure on a machine whose load drifts. */
  pairwise: number;
  /** The ratio that is wanted at most; undefined where the figure is only reported. */
  goal?: number;
  /** The most that is wanted of the subject's median itself, in the unit of the comparison. */
  limit?: number;
  /** What the figures are. Defaults to "ms". */
  unit?: Unit;
  /** What else there is to know, for people. */
  notes: string[];
}

export type Unit = "ms" | "MB";

export interface Plan {
  title: string;
  /** How many times each side runs, after one run that is not counted. */
  runs: number;
  /** False where both sides have run already, or one run takes minutes. Defaults to true. */
  warmUp?: boolean;
  goal?: number;
  limit?: number;
  notes?: string[];
  /** Told before every run. */
  progress(text: string): void;
}

/** Fewer would not make a median. */
export const MIN_RUNS = 5;

/**
 * Runs two sides in turn. Each runs once without being counted, so that no side pays for cold caches; then they take
 * turns in who goes first, so that whatever else the machine does hits both alike.
 */
export async function compare(subject: Side, reference: Side, plan: Plan): Promise<Comparison> {
  const samples = { subject: [] as number[], reference: [] as number[] };
  for (let round = plan.warmUp === false ? 1 : 0; round <= plan.runs; round++) {
    plan.progress(`${plan.title}: ${round === 0 ? "warm-up" : `run ${round} of ${plan.runs}`}`);
    const order = round % 2 === 0 ? (["subject", "reference"] as const) : (["reference", "subject"] as const);
    for (const who of order) {
      const took = await (who === "subject" ? subject : reference).run();
      if (round > 0) samples[who].push(took);
    }
  }
  return comparison(
    {
      title: plan.title,
      ...(plan.goal !== undefined && { goal: plan.goal }),
      ...(plan.limit !== undefined && { limit: plan.limit }),
      ...(plan.notes && { notes: plan.notes }),
    },
    [subject.name, samples.subject],
    [reference.name, samples.reference],
  );
}

type Named = [name: string, samples: number[]];

/** A comparison of what has been measured otherwise. */
export function comparison(
  {
    title,
    goal,
    limit,
    unit,
    notes = [],
  }: Partial<Pick<Comparison, "goal" | "limit" | "unit" | "notes">> & { title: string },
  [subjectName, subjects]: Named,
  [referenceName, references]: Named,
): Comparison {
  const subject = summarize(subjectName, subjects);
  const reference = summarize(referenceName, references);
  return {
    title,
    subject,
    reference,
    ratio: subject.median / reference.median,
    pairwise: median(subjects.map((value, index) => value / (references[index] ?? Number.NaN))),
    ...(goal !== undefined && { goal }),
    ...(limit !== undefined && { limit }),
    ...(unit !== undefined && { unit }),
    notes,
  };
}

/** Whether a comparison reached its goal; undefined where there is none. */
export function isMet({ goal, limit, ratio, subject }: Comparison): boolean | undefined {
  if (goal === undefined && limit === undefined) return undefined;
  return ratio <= (goal ?? Number.POSITIVE_INFINITY) && subject.median <= (limit ?? Number.POSITIVE_INFINITY);
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** The value that `share` of all values do not exceed, such as 0.99 of them: one of the values (nearest rank). */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function summarize(name: string, samples: number[]): Summary {
  return { name, median: median(samples), min: Math.min(...samples), max: Math.max(...samples), samples };
}
