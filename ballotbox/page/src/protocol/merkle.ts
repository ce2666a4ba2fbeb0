/** Merkle tree hashes of RFC 6962, section 2.1. */

import { concat } from "./bytes";
import { sha256 } from "./hashes";

export const EMPTY_ROOT = sha256(new Uint8Array(0));

/** Hash of a leaf; its prefix keeps a leaf from passing for a node. */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0), data));
}

/** Hash of an inner node. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** The root of a tree that grows leaf hash by leaf hash, with memory of one hash a level. */
export class RunningRoot {
  private size = 0;
  /** Roots of the full subtrees, largest first: one for each 1 bit of `size`. */
  private readonly peaks: Uint8Array[] = [];

  add(hash: Uint8Array): void {
    let node = hash;
    for (let size = this.size; size % 2 === 1; size = (size - 1) / 2) {
      const left = this.peaks.pop();
      if (left === undefined) throw new Error("a peak for each 1 bit of the size");
      node = nodeHash(left, node);
    }
    this.peaks.push(node);
    this.size += 1;
  }

  root(): Uint8Array {
    let node: Uint8Array | undefined;
    for (let i = this.peaks.length - 1; i >= 0; i -= 1) {
      const peak = this.peaks[i] as Uint8Array;
      node = node === undefined ? peak : nodeHash(peak, node);
    }
    return node ?? EMPTY_ROOT;
  }
}

/** The root over leaves of which only the hashes are known. */
export function rootOfHashes(hashes: Iterable<Uint8Array>): Uint8Array {
  const tree = new RunningRoot();
  for (const hash of hashes) tree.add(hash);
  return tree.root();
}
