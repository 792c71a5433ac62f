import { type V1Pod, Watch } from "@kubernetes/client-node";
import { kubeConfig } from "../test/support/kubernetes";

/** Longer than any pod should take, with a busy machine in mind. */
const TIMEOUT_MS = 120_000;

/**
 * Sees one pod of a server come and get ready. The times that objects carry are whole seconds; these are those of
 * this process when the API server told it.
 */
export class PodWatch {
  readonly created: Promise<{ pod: string; created: number }>;
  readonly ready: Promise<number>;

  private readonly events = new Map<string, (value: never) => void>();
  private abort: AbortController | undefined;

  private constructor(private readonly what: string) {
    this.created = this.expect("created");
    this.ready = this.expect("ready");
  }

  /** Starts to watch the pods of a server, of which there must be none. */
  static async open(namespace: string, server: string): Promise<PodWatch> {
    const watch = new PodWatch(`pod of ${server}`);
    const query = { labelSelector: `app.kubernetes.io/name=${server}` };
    const path = `/api/v1/namespaces/${namespace}/pods`;
    watch.abort = await new Watch(kubeConfig()).watch(
      path,
      query,
      (phase, pod: V1Pod) => watch.told(phase, pod),
      () => {},
    );
    return watch;
  }

  close(): void {
    this.abort?.abort();
  }

  private told(phase: string, { metadata, status }: V1Pod): void {
    const now = performance.now();
    if (phase === "ADDED") this.resolve("created", { pod: metadata?.name ?? "", created: now });
    const isReady = status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
    if (isReady && phase === "MODIFIED") this.resolve("ready", now);
  }

  private resolve(event: string, value: unknown): void {
    this.events.get(event)?.(value as never);
  }

  private expect<T>(event: string): Promise<T> {
    const expected = new Promise<T>((resolve, reject) => {
      const text = `No ${this.what} was ${event} within ${TIMEOUT_MS / 1000} s.`;
      const timer = setTimeout(() => reject(new Error(text)), TIMEOUT_MS);
      this.events.set(event, (value: T) => {
        clearTimeout(timer);
        resolve(value);
      });
    });
    // Whoever waits for it sees it; the others must not end the process.
    expected.catch(() => {});
    return expected;
  }
}
