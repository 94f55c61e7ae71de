/** One tab of a browser has the GPU: two would take each other's memory and time. */

const NAME = "ashao-worker";

export interface HeldLock {
  release(): void;
  /** Aborted when another tab took it. */
  readonly stolen: AbortSignal;
}

export interface GpuLock {
  /** Null while another tab has it. `steal` takes it in any case. */
  acquire(how: { steal: boolean }): Promise<HeldLock | null>;
}

type Locks = Pick<LockManager, "request">;

export function browserLock(locks: Locks | undefined): GpuLock {
  if (locks === undefined)
    return { acquire: async () => ({ release, stolen: new AbortController().signal }) };
  return { acquire: ({ steal }) => acquire(locks, steal) };
}

function release(): void {
  // Nothing is held.
}

function acquire(locks: Locks, steal: boolean): Promise<HeldLock | null> {
  const stolen = new AbortController();
  return new Promise((resolve, reject) => {
    const ended = locks.request(NAME, steal ? { steal } : { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return;
      }
      return new Promise<void>((letGo) => resolve({ release: letGo, stolen: stolen.signal }));
    });
    // When it is stolen, the request fails although it had been granted.
    ended.catch((error: unknown) => {
      stolen.abort();
      reject(error);
    });
  });
}
