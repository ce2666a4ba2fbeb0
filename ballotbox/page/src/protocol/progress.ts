/** Long work in pieces: the screen gets time to paint and to be touched in between. */

/** Told how many columns are done. */
export type Progress = (done: number, of: number) => void;

const PIECE_MS = 24;

/** Does `work` on each item, in order; gives way to the screen every few milliseconds. */
export async function inPieces<Item>(items: Item[], progress: Progress, work: (item: Item) => void): Promise<void> {
  let begun = Date.now();
  for (const [index, item] of items.entries()) {
    work(item);
    if (Date.now() - begun >= PIECE_MS || index === items.length - 1) {
      progress(index + 1, items.length);
      await breathe();
      begun = Date.now();
    }
  }
}

/** Lets everything else that waits run once. A message is quicker than a timer, which browsers hold back. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
