/** A slow answer is waited for as long as something comes; a silent one is not. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import * as api from "../src/api";

const PIECE = 20_000;

/** A board that sends a piece every 20 seconds, by a clock of the test; `pieces`: how many before it falls silent. */
function board(pieces: number, ends: boolean): void {
  mock.method(globalThis, "fetch", async (_: string, init: RequestInit) => {
    let left = pieces;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        init.signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
        const send = (): void => {
          if (left-- > 0) {
            controller.enqueue(new Uint8Array([left]));
            setTimeout(send, PIECE);
          } else if (ends) controller.close();
        };
        setTimeout(send, PIECE);
      },
    });
    return new Response(body);
  });
}

/** Lets time pass, with all that waits for it. */
async function passes(milliseconds: number): Promise<void> {
  for (let gone = 0; gone < milliseconds; gone += 1_000) {
    mock.timers.tick(1_000);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (const ends of [true, false]) {
  test(ends ? "a file that takes two minutes" : "a board that falls silent", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    board(5, ends);
    const asked = api.boardFile("ab".repeat(32), "slices.jsonl").then(
      (data) => data.length,
      (error: unknown) => error,
    );
    await passes(200_000);
    const found = await asked;
    if (ends) assert.equal(found, 5);
    else assert.ok(found instanceof api.Unreachable);
    mock.timers.reset();
    mock.restoreAll();
  });
}
