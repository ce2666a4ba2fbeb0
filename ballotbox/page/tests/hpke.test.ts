/** Sealing against RFC 9180, A.3.1, spoiled ones included. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, fromHex, toHex, utf8 } from "../src/protocol/bytes";
import { sealBytes, suite } from "../src/protocol/sealing";
import { bytes, spoiled, vectors } from "./vectors";

interface Vector {
  info: string;
  skEm: string;
  pkEm: string;
  skRm: string;
  pkRm: string;
  ikmE: string;
  ikmR: string;
  enc: string;
  encryptions: { sequence: number; pt: string; aad: string; ct: string }[];
}

const VECTOR = vectors<Vector>("rfc9180_vectors.json");
const own = (data: Uint8Array): ArrayBuffer => data.slice().buffer as ArrayBuffer;
const raw = (hex: string): ArrayBuffer => own(bytes(hex));

async function receiver(enc: ArrayBuffer = raw(VECTOR.enc), info: ArrayBuffer = raw(VECTOR.info)) {
  const hpke = suite();
  const recipientKey = await hpke.kem.deserializePrivateKey(raw(VECTOR.skRm));
  return hpke.createRecipientContext({ recipientKey, enc, info });
}

async function opened(sealed: Uint8Array, info: ArrayBuffer): Promise<Uint8Array> {
  const context = await receiver(own(sealed.subarray(0, 65)), info);
  return new Uint8Array(await context.open(own(sealed.subarray(65))));
}

test("the sender's side of the vector", async () => {
  const hpke = suite();
  const recipientPublicKey = await hpke.kem.deserializePublicKey(raw(VECTOR.pkRm));
  const ekm = await hpke.kem.deriveKeyPair(raw(VECTOR.ikmE));
  assert.equal(toHex(new Uint8Array(await hpke.kem.serializePublicKey(ekm.publicKey))), VECTOR.pkEm);
  const sender = await hpke.createSenderContext({ recipientPublicKey, info: raw(VECTOR.info), ekm });
  assert.equal(toHex(new Uint8Array(sender.enc)), VECTOR.enc);
  const last = Math.max(...VECTOR.encryptions.map((e) => e.sequence));
  for (let sequence = 0; sequence <= last; sequence += 1) {
    const example = VECTOR.encryptions.find((e) => e.sequence === sequence);
    const ct = await sender.seal(raw(example?.pt ?? ""), raw(example?.aad ?? ""));
    if (example) assert.equal(toHex(new Uint8Array(ct)), example.ct, `sequence ${sequence}`);
  }
});

test("the receiver's side of the vector, and spoiled ones", async () => {
  const [first] = VECTOR.encryptions;
  assert.ok(first);
  const open = async (ct: Uint8Array, aad: string, enc = bytes(VECTOR.enc), info = VECTOR.info) =>
    toHex(new Uint8Array(await (await receiver(own(enc), raw(info))).open(own(ct), raw(aad))));
  const ct = bytes(first.ct);
  assert.equal(await open(ct, first.aad), first.pt);
  await assert.rejects(open(ct, first.aad + "00"));
  await assert.rejects(open(ct, first.aad, bytes(VECTOR.enc), VECTOR.info + "00"));
  await assert.rejects(open(ct, first.aad, bytes(VECTOR.pkRm)));
  for (const place of [0, ct.length - 1]) await assert.rejects(open(spoiled(ct, place), first.aad));
  for (const place of [0, 1, 64]) await assert.rejects(open(ct, first.aad, spoiled(bytes(VECTOR.enc), place)));
});

test("what is sealed here opens under the same info only, and is another each time", async () => {
  const [key, info, plaintext] = [fromHex(VECTOR.pkRm), utf8("info"), new Uint8Array(4000).fill(7)];
  const sealed = await Promise.all(Array.from({ length: 5 }, () => sealBytes(key, info, plaintext)));
  assert.equal(new Set(sealed.map((one) => toHex(one.subarray(0, 65)))).size, 5);
  for (const one of sealed) {
    assert.equal(one.length, plaintext.length + 65 + 16);
    assert.deepEqual(await opened(one, own(info)), plaintext);
  }
  await assert.rejects(opened(sealed[0] as Uint8Array, own(concat(info, info))));
});

test("a box key that is no point of the curve seals nothing", async () => {
  await assert.rejects(sealBytes(spoiled(fromHex(VECTOR.pkRm), 40), utf8("info"), utf8("ballot")));
});
