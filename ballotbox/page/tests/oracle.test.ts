/**
 * Another implementation as the oracle: npm's @cloudflare/blindrsa-ts, in random exchanges both ways.
 *
 * The private operation is OpenSSL's in all of them, and the library's own, which takes a third of a second, in
 * ORACLE_SIGNS: it must give the same.
 */

import assert from "node:assert/strict";
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { test } from "node:test";
import { RSABSSA } from "@cloudflare/blindrsa-ts";
import { blind, finalize, prepare, rsaKey, verifies } from "../src/protocol/blind_rsa";
import { randomBytes, toNumber } from "../src/protocol/bytes";
import { blindSign, type Signer } from "./signer";
import { spoiled } from "./vectors";

const EXCHANGES = Number(process.env.ORACLE_EXCHANGES ?? 200);
const SIGNS = Number(process.env.ORACLE_SIGNS ?? 10);
const KEYS = 4;

interface Pair {
  signer: Signer;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

async function pair(): Promise<Pair> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const algorithm = { name: "RSA-PSS", hash: "SHA-384" };
  const jwk = publicKey.export({ format: "jwk" });
  const imported = (data: object, use: "sign" | "verify"): Promise<CryptoKey> =>
    webcrypto.subtle.importKey("jwk", data, algorithm, true, [use]) as Promise<CryptoKey>;
  const key = rsaKey(toNumber(Buffer.from(jwk.n ?? "", "base64url")), 65537n);
  return {
    signer: { secret: privateKey, key, der: "" },
    publicKey: await imported(jwk, "verify"),
    privateKey: await imported(privateKey.export({ format: "jwk" }), "sign"),
  };
}

test(`${EXCHANGES} random exchanges each way`, { timeout: 240_000 }, async () => {
  const theirs = RSABSSA.SHA384.PSS.Randomized();
  const pairs = await Promise.all(Array.from({ length: KEYS }, pair));
  for (let round = 0; round < EXCHANGES; round += 1) {
    const { signer, publicKey, privateKey } = pairs[round % KEYS] as Pair;
    const { key } = signer;
    const message = randomBytes(1 + (round % 200));

    // Ours blinds and finalizes, theirs signs and verifies.
    const prepared = prepare(message, randomBytes(32));
    const inverse = toNumber(randomBytes(256)) % key.n;
    const blinded = blind(key, prepared, randomBytes(48), inverse);
    const answer = blindSign(signer, blinded);
    if (round < SIGNS) assert.deepEqual(await theirs.blindSign(privateKey, blinded), answer);
    const signature = finalize(key, prepared, answer, inverse);
    assert.ok(await theirs.verify(publicKey, signature, prepared));
    assert.ok(!(await theirs.verify(publicKey, spoiled(signature, round), prepared)));

    // Theirs prepares, blinds and finalizes; ours takes the same blinding off, and verifies.
    const asked = theirs.prepare(message);
    const { blindedMsg, inv } = await theirs.blind(publicKey, asked);
    const answered = blindSign(signer, blindedMsg);
    const finalized = await theirs.finalize(publicKey, asked, answered, inv);
    assert.deepEqual(finalize(key, asked, answered, toNumber(inv)), finalized);
    assert.ok(verifies(key, asked, finalized));
    assert.ok(!verifies(key, spoiled(asked, round % asked.length), finalized));
  }
});
