import type { Run } from "./controller";
import type { Problem } from "./problems";
import type { RunInput } from "./run";

/** A run that the test drives. */
export class FakeRun implements Run {
  readonly done: string[] = [];
  #end: (problem: Problem | null) => void = () => undefined;

  constructor(readonly input: RunInput) {}

  run(): Promise<Problem | null> {
    return new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  end(why: Problem | null): void {
    this.#end(why);
  }

  works(): void {
    this.input.report({
      phase: "running",
      workerId: "wrk_1",
      modelName: "Tiny",
      activity: { type: "waiting" },
      online: true,
      stopping: false,
      selfTestTokensPerSecond: 20,
    });
  }

  pause = () => this.#did("pause");
  resume = () => this.#did("resume");
  stopAfterJob = () => this.#did("stopAfterJob");
  farewell = () => this.#did("farewell");
  retry = () => this.#did("retry");
  changedElsewhere = (what: string) => this.#did(what);

  stop(): void {
    this.#did("stop");
    this.#end(null);
  }

  #did(what: string): void {
    this.done.push(what);
  }
}

/** The locks of one browser, as the specification has them. */
export class FakeLocks {
  #held: { lose: (error: Error) => void } | null = null;

  request = (async (
    _name: string,
    options: LockOptions,
    callback: (lock: Lock | null) => Promise<void> | undefined,
  ) => {
    if (this.#held !== null && !options.steal) return callback(null);
    this.#held?.lose(new DOMException("Stolen.", "AbortError"));
    let lose: (error: Error) => void = () => undefined;
    const stolen = new Promise<never>((_resolve, reject) => {
      lose = reject;
    });
    const mine = { lose };
    this.#held = mine;
    try {
      return await Promise.race([callback({ name: "ashao-worker", mode: "exclusive" }), stolen]);
    } finally {
      if (this.#held === mine) this.#held = null;
    }
  }) as LockManager["request"];
}
