/** The board's `phase.json`, looked at again and again while somebody sees the page. */

import * as api from "./api";

const EVERY_MS = 4_000;
const LAST: ReadonlySet<api.BoardPhase> = new Set(["published", "void", "discarded"]);

/** Tells every new phase, and every look. Gives a function that stops it. */
export function watchPhase(
  poll: string,
  told: (phase: api.Phase) => void,
  looked: (phase: api.Phase) => void,
): () => void {
  let stopped = false;
  let known = "";
  let timer = 0;

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        const phase = await api.phaseOf(poll);
        if (stopped) return;
        // Not every growth of the log: whoever is told looks at whole files again.
        if (phase.phase !== known) told(phase);
        known = phase.phase;
        looked(phase);
        if (LAST.has(phase.phase)) return;
      } catch (error) {
        // The next look comes soon; a screen that needs the network says so itself.
        if (!(error instanceof api.Unreachable || error instanceof api.Refused)) throw error;
      }
    }
    // Not all phones at the same moment.
    if (!stopped) timer = window.setTimeout(() => void look(), EVERY_MS * (0.75 + Math.random() / 2));
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
