/** RFC 9474, Appendix A: the published vectors, and what must be refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { blind, BlindSignatureRefused, finalize, invert, prepare, verifies } from "../src/protocol/blind_rsa";
import { fromNumber, randomBytes, toHex, toNumber, utf8 } from "../src/protocol/bytes";
import { blindSign, newSigner, signerOf } from "./signer";
import { bytes, spoiled, vectors } from "./vectors";

interface Vector {
  name: string;
  p: string;
  q: string;
  n: string;
  e: string;
  d: string;
  msg: string;
  msg_prefix: string;
  input_msg: string;
  salt: string;
  inv: string;
  blinded_msg: string;
  blind_sig: string;
  sig: string;
}

const VECTORS = vectors<Vector[]>("rfc9474_vectors.json");

test("all four variants are there", () => {
  assert.deepEqual(VECTORS.map((v) => v.name).sort(), [
    "RSABSSA-SHA384-PSS-Deterministic",
    "RSABSSA-SHA384-PSS-Randomized",
    "RSABSSA-SHA384-PSSZERO-Deterministic",
    "RSABSSA-SHA384-PSSZERO-Randomized",
  ]);
});

for (const vector of VECTORS) {
  const signer = signerOf(vector);
  const [prepared, salt, sig, answer] = [vector.input_msg, vector.salt, vector.sig, vector.blind_sig].map(bytes) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const inverse = BigInt(vector.inv);

  test(`${vector.name}: the vector`, () => {
    if (vector.msg_prefix) assert.deepEqual(prepare(bytes(vector.msg), bytes(vector.msg_prefix)), prepared);
    const blinded = blind(signer.key, prepared, salt, inverse);
    assert.deepEqual(blinded, bytes(vector.blinded_msg));
    assert.deepEqual(blindSign(signer, blinded), answer);
    assert.deepEqual(finalize(signer.key, prepared, answer, inverse, salt.length), sig);
    assert.ok(verifies(signer.key, prepared, sig, salt.length));
  });

  test(`${vector.name}: one changed bit is refused`, () => {
    for (const place of [0, prepared.length >> 1, prepared.length - 1]) {
      assert.ok(!verifies(signer.key, spoiled(prepared, place), sig, salt.length));
    }
    for (const place of [0, 17, sig.length - 1]) {
      assert.ok(!verifies(signer.key, prepared, spoiled(sig, place), salt.length));
    }
    assert.ok(!verifies(signer.key, prepared, sig.slice(1), salt.length));
    assert.throws(() => finalize(signer.key, prepared, spoiled(answer, 100), inverse, salt.length), /no valid signature/);
    assert.throws(() => finalize(signer.key, prepared, answer, inverse + 1n, salt.length), /no valid signature/);
  });

  test(`${vector.name}: the salt length of another variant is refused`, () => {
    assert.ok(!verifies(signer.key, prepared, sig, 48 - salt.length));
  });
}

test("values that are no element are refused", () => {
  const { key } = newSigner();
  const [n, size] = [key.n, 256];
  for (const value of [fromNumber(n, size), fromNumber(n + 1n, size), randomBytes(255), new Uint8Array(257), new Uint8Array(0)]) {
    assert.throws(() => finalize(key, utf8("message"), value, 1n), BlindSignatureRefused);
    assert.ok(!verifies(key, utf8("message"), value));
  }
  assert.throws(() => invert(0n, n), BlindSignatureRefused);
});

test("a signature that is one under another key's modulus, or plus the modulus, is none", () => {
  const [ours, other] = [newSigner(), newSigner()];
  const prepared = prepare(utf8("message"), randomBytes(32));
  const inverse = 0x1234567890abcdefn;
  const signature = finalize(ours.key, prepared, blindSign(ours, blind(ours.key, prepared, randomBytes(48), inverse)), inverse);
  assert.ok(verifies(ours.key, prepared, signature));
  assert.ok(!verifies(other.key, prepared, signature));
  const twice = toNumber(signature) + ours.key.n;
  if (twice < 1n << 2048n) assert.ok(!verifies(ours.key, prepared, fromNumber(twice, 256)));
});

test("a padding that is not exactly PSS is refused", () => {
  const signer = newSigner();
  const prepared = prepare(utf8("message"), randomBytes(32));
  const encoded = fromNumber(toNumber(blind(signer.key, prepared, randomBytes(48), 1n)), 256);
  assert.ok(verifies(signer.key, prepared, blindSign(signer, encoded)));
  for (const [place, bit] of [[255, 1], [0, 0x40], [10, 2], [230, 1]] as const) {
    assert.ok(!verifies(signer.key, prepared, blindSign(signer, spoiled(encoded, place, bit))), `byte ${place}`);
  }
});

test("the signer sees another value with each inverse, and the same signature comes out", () => {
  const signer = newSigner();
  const [prepared, salt] = [prepare(utf8("the same"), randomBytes(32)), randomBytes(48)];
  const inverses = Array.from({ length: 8 }, () => toNumber(randomBytes(255)) | 1n);
  const blinded = inverses.map((inverse) => blind(signer.key, prepared, salt, inverse));
  const signatures = blinded.map((value, i) => finalize(signer.key, prepared, blindSign(signer, value), inverses[i] ?? 0n));
  assert.equal(new Set(blinded.map(toHex)).size, 8);
  assert.equal(new Set(signatures.map(toHex)).size, 1);
});

test("the inverse is one", () => {
  const { n } = newSigner().key;
  for (let i = 0; i < 20; i += 1) {
    const value = toNumber(randomBytes(256)) % n;
    assert.equal((invert(value, n) * value) % n, 1n);
  }
});
