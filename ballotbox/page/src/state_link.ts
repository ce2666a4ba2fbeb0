/** What the page was opened by: the hall's code `#m=`, or a personal slip's `#a=` or `#b=`, which names no poll. */

import { CODE_LENGTH, plainCode } from "./state_code";
import { CURRENT, ISSUERS, slipKey } from "./state";
import type { IssuerName } from "./protocol/index";
import type { Store } from "./store";

export interface Opened {
  /** Hash of the manifest: the hall's code now, or the last one. */
  poll: string | null;
  /** A link that names a poll, but not whole. */
  broken: boolean;
}

/** Reads the address, keeps what it brings, and takes a personal code out of the address and the history. */
export async function readLink(store: Store): Promise<Opened> {
  const parameters = new URLSearchParams(location.hash.slice(1));
  for (const issuer of ISSUERS) {
    const code = plainCode(parameters.get(issuer) ?? "");
    if (code.length === CODE_LENGTH) await store.put(slipKey(issuer), code);
  }
  const named = parameters.get("m");
  const whole = named !== null && /^[0-9a-f]{64}$/.test(named);
  if (whole) await store.put(CURRENT, named);
  const poll = (await store.get<string>(CURRENT)) ?? null;
  const address = poll === null ? location.pathname : `${location.pathname}#m=${poll}`;
  if (parameters.has("a") || parameters.has("b")) history.replaceState(null, "", address);
  return { poll: named === null || whole ? poll : null, broken: named !== null && !whole };
}

/** The codes of slips that were opened and not used yet. */
export async function slips(store: Store): Promise<Partial<Record<IssuerName, string>>> {
  const found: Partial<Record<IssuerName, string>> = {};
  for (const issuer of ISSUERS) {
    const code = await store.get<string>(slipKey(issuer));
    if (code !== undefined) found[issuer] = code;
  }
  return found;
}
