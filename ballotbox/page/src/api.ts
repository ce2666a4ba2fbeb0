/** The requests of this page: to the board, from which it comes, to the two issuers and to the box. */

import type { IssuerName, Poll, Receipt, StampValues } from "./protocol/index";

/** An answer that is a refusal; `code` for programs, `message` for people. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly receipt: Receipt | null = null,
  ) {
    super(message);
  }
}

/** No answer, or none that means anything: worth trying again. */
export class Unreachable extends Error {}

export interface Who {
  deputy: string;
  name: string;
  subjects: string[];
  collected: boolean;
}

export type BoardPhase = "collecting" | "casting" | "closed" | "published" | "void" | "discarded";

export interface Phase {
  phase: BoardPhase;
  log_size: number;
  /** Published envelopes that a restored box does not have; none is told otherwise. */
  missing?: number;
}

/** Without a sign of life. */
const PATIENCE_MS = 30_000;
const RETRIED = new Set([408, 425, 429]);

// The same for all: nothing of the phone travels along, and nothing of the exchange stays in a cache.
const PLAIN: RequestInit = {
  credentials: "omit",
  referrerPolicy: "no-referrer",
  cache: "no-store",
  keepalive: false,
  redirect: "error",
};

async function ask(url: string, init: RequestInit): Promise<Response> {
  const timer = new AbortController();
  let limit = setTimeout(() => timer.abort(), PATIENCE_MS);
  const goesOn = (): void => {
    clearTimeout(limit);
    limit = setTimeout(() => timer.abort(), PATIENCE_MS);
  };
  try {
    const response = await fetch(url, { ...PLAIN, ...init, signal: timer.signal });
    const whole = new Response(await bodyOf(response, goesOn), { status: response.status });
    if (response.ok) return whole;
    throw await refusal(whole);
  } catch (error) {
    if (error instanceof Refused || error instanceof Unreachable) throw error;
    throw new Unreachable(String(error));
  } finally {
    clearTimeout(limit);
  }
}

/** The whole body. A connection may break in the middle; a slow one goes on as long as something comes: the slices of a
 * large poll are tens of megabytes, and the whole hall takes them at once. */
async function bodyOf(response: Response, goesOn: () => void): Promise<ArrayBuffer> {
  if (!response.body) return response.arrayBuffer();
  const reader = response.body.getReader();
  const pieces: BlobPart[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces).arrayBuffer();
    pieces.push(value as BlobPart);
    goesOn();
  }
}

async function refusal(response: Response): Promise<Error> {
  if (response.status >= 500 || RETRIED.has(response.status)) return new Unreachable(`HTTP ${response.status}`);
  try {
    const told = (await response.json()) as { code?: string; message?: string; receipt?: Receipt };
    return new Refused(response.status, told.code ?? "", told.message ?? "", told.receipt ?? null);
  } catch {
    return new Refused(response.status, "", "");
  }
}

async function json<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

function post(url: string, body: unknown): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return ask(url, { method: "POST", headers, body: JSON.stringify(body) });
}

/** A file of the poll's board, whole. */
export async function boardFile(poll: string, name: string): Promise<Uint8Array> {
  const response = await ask(`polls/${poll}/${name}`, { method: "GET" });
  return new Uint8Array(await response.arrayBuffer());
}

export async function boardText(poll: string, name: string): Promise<string> {
  return new TextDecoder().decode(await boardFile(poll, name));
}

export async function phaseOf(poll: string): Promise<Phase> {
  const response = await ask(`polls/${poll}/phase.json`, { method: "GET" });
  return json<Phase>(response);
}

export async function who(poll: Poll, issuer: IssuerName, code: string): Promise<Who> {
  const origin = poll.manifest.services[issuer];
  return json<Who>(await post(`${origin}/who/${poll.hash}`, { code }));
}

export async function stamp(poll: Poll, issuer: IssuerName, code: string, values: StampValues): Promise<StampValues> {
  const origin = poll.manifest.services[issuer];
  return json<StampValues>(await post(`${origin}/stamp/${poll.hash}`, { code, ...values }));
}

/** Without a type the body needs no question beforehand, and names nothing. */
export async function cast(poll: Poll, envelope: Uint8Array): Promise<Receipt> {
  const url = `${poll.manifest.services.box}/cast/${poll.hash}`;
  return json<Receipt>(await ask(url, { method: "POST", body: new Blob([envelope as BlobPart]) }));
}
