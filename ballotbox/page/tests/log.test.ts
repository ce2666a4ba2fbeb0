/** Merkle roots of Certificate Transparency and the example of C2SP's signed notes, spoiled ones included. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex, utf8 } from "../src/protocol/bytes";
import { leafHash, nodeHash, rootOfHashes } from "../src/protocol/merkle";
import { NoteRefused, openNote, parseNoteKey, signersOf, textOf } from "../src/protocol/notes";
import { bytes, vectors } from "./vectors";

// certificate-transparency, merkletree/merkle_tree_test.cc
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** RFC 6962's definition, word for word. */
function defined(hashes: Uint8Array[]): Uint8Array {
  if (hashes.length < 2) return hashes[0] ?? rootOfHashes([]);
  let k = 1;
  while (2 * k < hashes.length) k *= 2;
  return nodeHash(defined(hashes.slice(0, k)), defined(hashes.slice(k)));
}

test("published roots", () => {
  const hashes = LEAVES.map((leaf) => leafHash(bytes(leaf)));
  for (const [size, root] of ROOTS.entries()) assert.equal(toHex(rootOfHashes(hashes.slice(0, size))), root);
});

test("the roots and leaves of transparency-dev's inclusion proofs", () => {
  const proofs = vectors<{ case: string; size: number; root: string; holds: boolean }[]>("merkle_vectors.json");
  const good = proofs.filter((proof) => proof.holds && proof.size <= LEAVES.length);
  assert.ok(good.length >= 5);
  const hashes = LEAVES.map((leaf) => leafHash(bytes(leaf)));
  for (const { size, root } of good.filter((p) => /^[1-4]\//.test(p.case))) {
    assert.equal(toHex(rootOfHashes(hashes.slice(0, size))), root);
  }
});

test("the running root is the defined one, and every leaf and its place count", () => {
  for (let size = 1; size < 70; size += 1) {
    const hashes = Array.from({ length: size }, (_, i) => leafHash(utf8(`leaf ${i}`)));
    const root = toHex(rootOfHashes(hashes));
    assert.equal(root, toHex(defined(hashes)));
    if (size < 2) continue;
    const [first, second, ...rest] = hashes as [Uint8Array, Uint8Array];
    assert.notEqual(toHex(rootOfHashes([second, first, ...rest])), root);
    assert.notEqual(toHex(rootOfHashes(hashes.slice(0, -1))), root);
    assert.notEqual(toHex(rootOfHashes([...hashes.slice(0, -1), leafHash(utf8("other"))])), root);
  }
});

// golang.org/x/mod/sumdb/note, package example: the implementation that the C2SP specification describes
const KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNED =
  "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

test("the published note", () => {
  assert.equal(openNote(`${TEXT}\n${SIGNED}`, [parseNoteKey(KEY)]), TEXT);
  assert.equal(signersOf(`${TEXT}\n${SIGNED}`, [parseNoteKey(KEY)]), 1);
});

test("signatures of strangers do not hurt and do not count", () => {
  const stranger = `\u2014 archive ${btoa("abcd" + "s".repeat(64))}\n`;
  assert.equal(openNote(`${TEXT}\n${stranger}${SIGNED}`, [parseNoteKey(KEY)]), TEXT);
  assert.equal(openNote(`${TEXT}\n${SIGNED}${stranger}`, [parseNoteKey(KEY)]), TEXT);
  assert.throws(() => openNote(`${TEXT}\n${stranger}`, [parseNoteKey(KEY)]), NoteRefused);
});

const SPOILED = {
  "a changed text": `${TEXT.replace("answer", "Answer")}\n${SIGNED}`,
  "another key id": `${TEXT}\n${SIGNED.replace("x08g", "x08h")}`,
  "another name": `${TEXT}\n${SIGNED.replace("PeterNeumann", "PeterNewmann")}`,
  "a changed signature": `${TEXT}\n${SIGNED.replace("ZJku", "ZJkv")}`,
  "another dash": `${TEXT}\n${SIGNED.replace("\u2014", "-")}`,
  "no empty line": `${TEXT}${SIGNED}`,
  "no end of line": `${TEXT}\n${SIGNED.trim()}`,
  "no signature": TEXT,
  "two signatures run together": `${TEXT}\n${SIGNED.trim()}\v${SIGNED}`,
};

for (const [what, note] of Object.entries(SPOILED)) {
  test(`a spoiled note: ${what}`, () => {
    assert.throws(() => openNote(note, [parseNoteKey(KEY)]), NoteRefused);
    assert.equal(signersOf(note, [parseNoteKey(KEY)]), 0);
  });
}

test("what is no note has no text; a damaged key is none", () => {
  for (const note of ["", TEXT, `${TEXT}\n`, `${TEXT}\nPeterNeumann abc\n`]) assert.throws(() => textOf(note), NoteRefused);
  for (const key of ["", "name", KEY.replace("c74f20a3", "c74f20a4"), KEY.replace("+AR", "+AB"), ` ${KEY}`]) {
    assert.throws(() => parseNoteKey(key));
  }
});
