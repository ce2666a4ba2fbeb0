/** Trying again until there is an answer, quietly: longer and longer pauses, at once when the network comes back. */

import { Unreachable } from "./api";

const FIRST_MS = 1_000;
const LONGEST_MS = 12_000;

export interface Trouble {
  /** Told how often it went wrong so far; 0 when it works again. */
  (failures: number): void;
}

/** The first answer of `attempt`, which may be asked any number of times. Only `Unreachable` is tried again. */
export async function patiently<T>(attempt: () => Promise<T>, trouble: Trouble): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      const answer = await attempt();
      if (failures > 0) trouble(0);
      return answer;
    } catch (error) {
      if (!(error instanceof Unreachable)) {
        if (failures > 0) trouble(0);
        throw error;
      }
      failures += 1;
      trouble(failures);
      await pause(Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 2));
    }
  }
}

/** Waits, but not past the moment at which the phone says that it is online again. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
  });
}
